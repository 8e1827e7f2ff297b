// What a rename does to the texts of expressions, as servers print them and people write them.
import { renameInText, renameTableInText, renameTypeInText, renameValueInText } from '../../src/operations/respell'

test.each([
  ["name <> ''::text", '"fullName" <> \'\'::text'],
  ['("name")::text <> \'name\'::text', '("fullName")::text <> \'name\'::text'],
  ['NAME > 0 AND `name` < 9', '"fullName" > 0 AND "fullName" < 9'],
  ['"Name" > 0', '"Name" > 0'],
  ['names > 0 AND my_name > 0 AND name_2 > 0', 'names > 0 AND my_name > 0 AND name_2 > 0'],
  ['name(name)', 'name("fullName")'],
  ['kind::name = name', 'kind::name = "fullName"'],
  ['"user"."name" > name.name', '"user"."fullName" > name."fullName"'],
  ["e'\\'name' <> name COLLATE name", "e'\\'name' <> \"fullName\" COLLATE name"],
  ["'it''s name' <> name", "'it''s name' <> \"fullName\""],
])('the column name, in %s, becomes fullName', (sql, expected) => {
  expect(renameInText(sql, 'name', 'fullName')).toBe(expected)
})

test('a name with quotes in it is found and written with them', () => {
  expect(renameInText('"the ""best""" > 0', 'the "best"', 'a "b"')).toBe('"a ""b""" > 0')
})

test('a name in capitals is found in its own letters alone', () => {
  expect(renameInText('"fullName" > fullname AND fullName > 0', 'fullName', 'name')).toBe(
    '"name" > fullname AND "name" > 0',
  )
})

test('a table is renamed where it says whose a column is', () => {
  expect(renameTableInText('"user"."id" > user AND user.id > 0', 'user', 'account')).toBe(
    '"account"."id" > user AND "account".id > 0',
  )
})

test('a type is renamed where something is cast to it, whichever schema it lies in', () => {
  expect(renameTypeInText("role = 'a'::role OR role = ANY (ARRAY['a'::audit.role])", 'role', 'kind')).toBe(
    'role = \'a\'::"kind" OR role = ANY (ARRAY[\'a\'::audit."kind"])',
  )
})

test('a value of an enum is renamed where the text says that it is one', () => {
  const sql =
    "role <> 'guest'::user_role AND note <> 'guest' AND kind <> 'guest'::kind AND role <> 'guest'::a.user_role"
  expect(renameValueInText(sql, 'user_role', 'guest', "it's")).toBe(
    "role <> 'it''s'::user_role AND note <> 'guest' AND kind <> 'guest'::kind AND role <> 'it''s'::a.user_role",
  )
})

test.each([
  ["role = ANY ('{guest,admin}'::user_role[])", `role = ANY ('{it''s,admin}'::user_role[])`],
  ["roles <> '{guest}'::audit.user_role[]", `roles <> '{it''s}'::audit.user_role[]`],
  [
    `roles <> '{admin, "guest" ,"a guest",guests}'::"user_role"[]`,
    `roles <> '{admin, it''s ,"a guest",guests}'::"user_role"[]`,
  ],
  ["roles <> '{{guest},{admin}}'::user_role[]", `roles <> '{{it''s},{admin}}'::user_role[]`],
  ["notes <> '{guest}'::text[]", "notes <> '{guest}'::text[]"],
  ["role <> '{guest}'::user_role", "role <> '{guest}'::user_role"],
])('and in a list of them: %s', (sql, renamed) => {
  expect(renameValueInText(sql, 'user_role', 'guest', "it's")).toBe(renamed)
})

test('a value with a quote or a backslash is found in a list and put into one as the server spells it', () => {
  const sql = `roles = '{"it''s",plain}'::user_role[]`
  expect(renameValueInText(sql, 'user_role', "it's", 'a"b')).toBe(`roles = '{"a\\"b",plain}'::user_role[]`)
})
