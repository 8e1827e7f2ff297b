// Every behaviour of docs/comparison.md, b1 to b119, is named by the title of a test or left out with a reason, and not both.
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'

const last = 119
const page = readFileSync(join(__dirname, '../docs/comparison.md'), 'utf8')
const [, list = ''] = /<!-- behaviours left out -->([^]*)<!-- end of behaviours left out -->/.exec(page) ?? []
const leftOut = [...list.matchAll(/^- b(\d+): \S/gm)].map(([, number]) => Number(number))

// A title begins with its numbers: `b44 b45: upgrades %s`.
const tested = (readdirSync(__dirname, { recursive: true }) as string[])
  .filter((file) => file.endsWith('.test.ts'))
  .flatMap((file) => [...readFileSync(join(__dirname, file), 'utf8').matchAll(/['"`]((?:b\d+ )*b\d+): /g)])
  .flatMap(([, names]) => names!.split(' ').map((name) => Number(name.slice(1))))

const all = Array.from({ length: last }, (_, at) => at + 1)

test('every behaviour has a test that names it, or a reason', () => {
  expect(all.filter((number) => !tested.includes(number) && !leftOut.includes(number))).toEqual([])
})

test('no behaviour has both, and none has a number that does not exist', () => {
  expect(leftOut.filter((number) => tested.includes(number))).toEqual([])
  expect([...tested, ...leftOut].filter((number) => !all.includes(number))).toEqual([])
})
