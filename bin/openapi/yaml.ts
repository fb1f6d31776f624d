/** YAML for people: what is short stands on one line. */
import { Document, isCollection, type Node, visit } from 'yaml'

const WIDTH = 120
/** How long a collection on one line may be; it is indented, and has a key before it. */
const SHORT = 84

export function readableYaml(value: object): string {
  const document = new Document(value, { aliasDuplicateObjects: false })
  visit(document, {
    Collection(_, node) {
      if (isShort(node)) node.flow = true
    },
  })
  return document.toString({ lineWidth: WIDTH, singleQuote: true, flowCollectionPadding: true })
}

const isShort = (node: Node) =>
  isCollection(node) && node.items.length > 0 && JSON.stringify(node).length <= SHORT
