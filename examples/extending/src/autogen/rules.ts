import type { Rule } from 'typeorm-autogen'

export const snakeCase: Rule = {
  name: 'snake-case',
  check(operation) {
    if (operation.kind !== 'addColumn' || !/[A-Z]/.test(operation.column.name)) return undefined
    return `We write ${operation.column.name} in small letters with underscores.`
  },
}
