import { mentions } from '../../src/model/mentions'

test.each([
  ['SELECT name FROM person', 'name', true],
  ['SELECT "name" FROM person', 'name', true],
  ['SELECT p.name FROM person p', 'name', true],
  ['name', 'name', true],
  ['SELECT name_2, first_name FROM person', 'name', false],
  ['SELECT names, name FROM person', 'name', true],
  ['SELECT überName', 'Name', false],
  ['SELECT ownerId FROM person', 'ownerid', true],
  ['SELECT "ownerId" FROM person', 'ownerId', true],
  ['SELECT ownerid FROM person', 'ownerId', true],
  ['SELECT a+b', 'b', true],
  ['SELECT "the ""best"""', 'the "best"', true],
  ['SELECT 1', 'name', false],
])('%s mentions %s: %s', (sql, name, expected) => {
  expect(mentions(sql, name)).toBe(expected)
})
