/** A module that never changes, as the reference for imports. */

const PARTS = 2_500

/** Returns its source: functions, classes and tables, half of which run at the import, as in a bundle. */
export function referenceSource(): string {
  const parts = Array.from(
    { length: PARTS },
    (_, i) => `
class Part${i} {
  constructor(given) { this.given = given; this.table = { 'name-${i}': ${i}, list: [${i}, 'text ${i}', given] } }
  get size() { return Object.keys(this.table).length + this.table.list.length }
}
exports.make${i} = (given) => new Part${i}(given).size
exports.check${i} = (value) => { if (typeof value !== 'string') throw new TypeError('not ${i}'); return value.length > ${i} }
${i % 2 === 0 ? `exports.make${i}('${i}')` : ''}`,
  )
  return `'use strict'\n${parts.join('')}`
}
