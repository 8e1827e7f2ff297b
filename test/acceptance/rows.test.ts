// Every row of the list is a test of its number, on both majors of TypeORM.
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { changes } from './changes'
import { equals } from './equals'
import { refusals } from './refusals'
import { counts, elsewhere, rows } from './rows'

const listed = Object.values(rows).flat()

/** The titles in a file that are written out. */
const written = ['postgres.test.ts', 'unmanaged.test.ts'].flatMap((file) =>
  [...readFileSync(join(__dirname, file), 'utf8').matchAll(/^ *(?:test|describe)\('(.+?)'/gm)].map(
    ([, title]) => title!,
  ),
)
const titles = [...[...changes, ...refusals, ...equals].map(({ row }) => row), ...written]
const tested = titles.flatMap((title) => /^(?:[LFMS]\d+(?:, |:? ))+/.exec(title)?.[0].match(/\w+/g) ?? [])

test('every row of the list is the name of a test, and no test has the name of another row', () => {
  expect(listed.filter((row) => !tested.includes(row))).toEqual([])
  expect(tested.filter((row) => !listed.includes(row))).toEqual([])
})

test('every row there is stands in the list, once', () => {
  const all = Object.entries(counts).flatMap(([kind, count]) =>
    Array.from({ length: count }, (_, index) => `${kind}${index + 1}`),
  )
  expect([...listed, ...Object.values(elsewhere).flat()].sort()).toEqual(all.sort())
})
