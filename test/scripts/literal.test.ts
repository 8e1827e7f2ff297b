import { fc } from '../support/laws'
import { UnprintableValueError } from '../../src/errors'
import { literal } from '../../src/scripts/literal'

test.each<[unknown, string]>([
  ['email', "'email'"],
  ["it's", `"it's"`],
  ['"a" and \'b\'', `'"a" and \\'b\\''`],
  ['a\nb\\c\t', "'a\\nb\\\\c\\t'"],
  ['🚀 ñ', "'🚀 ñ'"],
  ['\ud800 \u202e \u2028 \0', "'\\ud800 \\u202e \\u2028 \\u0000'"],
  [-0, '-0'],
  [1.5, '1.5'],
  [10n, '10n'],
  [null, 'null'],
  [undefined, 'undefined'],
  [[], '[]'],
  [{}, '{}'],
  [['id', 'email'], "['id', 'email']"],
  [{ name: 'id', 'two words': 1, nothing: undefined }, "{ name: 'id', 'two words': 1 }"],
  [{ ['__proto__']: 1 }, "{ ['__proto__']: 1 }"],
  [new Date('2026-11-20T00:00:00.000Z'), "new Date('2026-11-20T00:00:00.000Z')"],
  [Buffer.from('ab'), "Buffer.from('YWI=', 'base64')"],
])('%j is written %s', (value, text) => {
  expect(literal(value)).toBe(text)
})

test('several objects stand one per line', () => {
  expect(
    literal({
      name: 'user',
      columns: [
        { name: 'id', type: 'integer' },
        { name: 'email', type: 'text' },
      ],
    }),
  ).toBe(`{
  name: 'user',
  columns: [
    { name: 'id', type: 'integer' },
    { name: 'email', type: 'text' },
  ],
}`)
})

test('what is too wide for a line is broken', () => {
  const values = Array.from({ length: 4 }, (_, index) => `${index}`.repeat(30))
  expect(literal(values)).toBe(`[\n${values.map((value) => `  '${value}',\n`).join('')}]`)
})

test.each([[new Map()], [() => 1], [Symbol('x')], [new Date(NaN)]])('%p cannot be written', (value) => {
  expect(() => literal(value)).toThrow(UnprintableValueError)
})

test('what is written evaluates to the value', () => {
  fc.assert(
    fc.property(fc.jsonValue(), (value) => {
      expect(new Function(`return ${literal(value)}`)()).toEqual(value)
    }),
  )
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), (text) => {
      expect(new Function(`return ${literal(text)}`)()).toBe(text)
    }),
  )
})
