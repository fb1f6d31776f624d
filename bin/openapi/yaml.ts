/** Readable YAML: short collections are on one line. */
import { Document, isCollection, type Node, visit } from 'yaml'

const WIDTH = 120
/** The longest collection on one line, without its indentation and its key. */
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
