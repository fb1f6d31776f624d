/** Renders CloudFormation's intrinsic functions as text, so that a test can compare references. */
import * as z from 'zod'

const intrinsic = z.union([
  z.strictObject({ Ref: z.string() }),
  z.strictObject({ 'Fn::GetAtt': z.tuple([z.string(), z.string()]) }),
  z.strictObject({ 'Fn::Join': z.tuple([z.string(), z.array(z.unknown())]) }),
  z.strictObject({ 'Fn::Sub': z.string() }),
  z.strictObject({ 'Fn::Select': z.tuple([z.number(), z.unknown()]) }),
  z.strictObject({ 'Fn::Split': z.tuple([z.string(), z.unknown()]) }),
])

/** Returns the value with `<LogicalId>` and `<LogicalId.Attribute>` in place of references. */
export function render(value: unknown): unknown {
  const parsed = intrinsic.safeParse(value)
  if (parsed.success) return text(parsed.data)
  if (Array.isArray(value)) return value.map(render)
  if (typeof value === 'object' && value !== null)
    return Object.fromEntries(Object.entries(value).map(([key, part]) => [key, render(part)]))
  return value
}

function text(value: z.infer<typeof intrinsic>): string {
  if ('Ref' in value) return `<${value.Ref}>`
  if ('Fn::GetAtt' in value) return `<${value['Fn::GetAtt'].join('.')}>`
  if ('Fn::Join' in value) {
    const [separator, parts] = value['Fn::Join']
    return parts.map((part) => String(render(part))).join(separator)
  }
  if ('Fn::Sub' in value) return value['Fn::Sub'].replaceAll('${', '<').replaceAll('}', '>')
  // Parts of a reference's value are known at deployment only; the reference itself is enough here.
  const [, whole] = 'Fn::Select' in value ? value['Fn::Select'] : value['Fn::Split']
  return String(render(whole))
}
