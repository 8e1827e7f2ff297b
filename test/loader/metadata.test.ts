// What becomes of the metadata that compilers write, and what it says when it runs.
import 'reflect-metadata'
import { declare, metadata, optional } from '../../src/loader/compiled'
import { guardMetadata } from '../../src/loader/metadata'

const call = 'globalThis[Symbol.for("typeorm-autogen.loader")]'
const unused = () => {
  throw new Error('not to be compiled again')
}

test.each([
  ['String', 'String'],
  ['[]', '[]'],
])('a certain type %s stays as it is', (type, expected) => {
  const code = `_ts_decorate([\n    _ts_metadata("design:type", ${type})\n], A.prototype, "a", void 0);`
  expect(guardMetadata(code, 'commonjs', unused)).toContain(`_ts_metadata("design:type", ${expected})`)
})

test.each([
  ['a class', 'typeof _user.User === "undefined" ? Object : _user.User'],
  ['a member of a namespace', 'typeof ns === "undefined" || typeof ns.Thing === "undefined" ? Object : ns.Thing'],
  ['a text with parentheses', 'typeof ")\\")" === "undefined" ? Object : \')\''],
  ['nothing', 'void 0'],
  ['parameters', '[\n        typeof A === "undefined" ? Object : A,\n        Number\n    ]'],
])('%s is read when the decorator runs', (_, type) => {
  const code = `_ts_decorate([\n    _ts_metadata("design:type", ${type}),\n    _ts_metadata("design:returntype", ${type})\n], A.prototype, "a", void 0);`
  expect(guardMetadata(code, 'commonjs', unused)).toBe(
    `_ts_decorate([\n    ${call}.metadata("design:type", ()=>${type}),\n    ${call}.metadata("design:returntype", ()=>${type})\n], A.prototype, "a", void 0);`,
  )
})

test("typescript's guess, which hides an enum, is asked again", () => {
  const code = `__decorate([\n    __metadata("design:type", typeof (_a = typeof enums_1.Role !== "undefined" && enums_1.Role) === "function" ? _a : Object)\n], A.prototype, "a", void 0);`
  expect(guardMetadata(code, 'commonjs', unused)).toContain(
    `${call}.metadata("design:type", ()=>((typeof enums_1.Role !== "undefined" && enums_1.Role) || Object))`,
  )
})

test("a text in the user's code that looks like metadata stays", () => {
  const code = 'const t = `_ts_metadata("design:type", Foo)`;'
  expect(guardMetadata(code, 'commonjs', unused)).toBe(code)
})

test('in CommonJS only a module that metadata alone needs may be missing', () => {
  const code = [
    'const _geojson = require("geojson");',
    'const _shape = /*#__PURE__*/ _interop_require_default(require("./shape"));',
    'const _user = require("./user");',
    '_ts_decorate([',
    '    (0, _typeorm.ManyToOne)(()=>_user.User),',
    '    _ts_metadata("design:type", typeof _geojson.Point === "undefined" ? Object : _geojson.Point),',
    '    _ts_metadata("design:type", typeof _shape.default === "undefined" ? Object : _shape.default),',
    '    _ts_metadata("design:type", typeof _user.User === "undefined" ? Object : _user.User)',
    '], A.prototype, "a", void 0);',
  ].join('\n')
  expect(guardMetadata(code, 'commonjs', unused).split('\n').slice(0, 3)).toEqual([
    `const _geojson = ${call}.optional(()=>require("geojson"), __filename);`,
    `const _shape = /*#__PURE__*/ _interop_require_default(${call}.optional(()=>require("./shape"), __filename));`,
    'const _user = require("./user");',
  ])
})

test('in a module, names that metadata alone needs are read from a namespace, and no line moves', () => {
  const decorated = (...types: string[]) =>
    [
      '_ts_decorate([',
      types.map((type) => `    _ts_metadata("design:type", ${type})`).join(',\n'),
      '], A.prototype, "a", void 0);',
    ].join('\n')
  const code = [
    `import Shape, { Column, Relation, Value as Renamed } from 'typeorm';`,
    `import * as ns from "./ns" with {`,
    `    type: "json"`,
    `};`,
    `import {`,
    `  Point`,
    `} from 'geojson';`,
    decorated('Relation', 'Renamed', 'Shape', 'ns.Thing', 'Point', 'Column'),
  ].join('\n')
  const guarded = guardMetadata(code, 'module', () => `import { Column } from 'typeorm';`)
  expect(guarded).toBe(
    [
      `import { Column } from "typeorm"; import * as _autogen_types_0 from "autogen-optional:typeorm";`,
      `import * as _autogen_types_1 from "autogen-optional:./ns" with { type: "json" };`,
      ``,
      ``,
      `import * as _autogen_types_2 from "autogen-optional:geojson";`,
      ``,
      ``,
      decorated(
        '_autogen_types_0.Relation',
        '_autogen_types_0.Renamed',
        '_autogen_types_0.default',
        '_autogen_types_1.Thing',
        '_autogen_types_2.Point',
        'Column',
      )
        .replaceAll(/_ts_metadata\("design:type", ([\w.]+)\)/g, `${call}.metadata("design:type", ()=>$1)`)
        .replace('_autogen_types_0.Renamed', '_autogen_types_0.Value'),
    ].join('\n'),
  )
})

enum Words {
  A = 'a',
}
enum Numbers {
  A,
  B = 5,
}
enum Mixed {
  A = 'a',
  B = 1,
}
class Thing {
  id = 1
}

test.each<[string, () => unknown, unknown]>([
  ['a class', () => Thing, Thing],
  ['an enum of words', () => Words, String],
  ['an enum of numbers', () => Numbers, Number],
  ['an enum of both', () => Mixed, Object],
  ['a word, as the member of an enum', () => 'a', String],
  ['a number, as the member of an enum', () => 1, Number],
  ['an object without members', () => ({}), Object],
  ['nothing', () => undefined, Object],
  [
    'a class that is not there yet',
    () => {
      throw new ReferenceError("Cannot access 'User' before initialization")
    },
    Object,
  ],
])('the type of a property that is %s', (_, read, type) => {
  class Entity extends Thing {}
  const decorate = metadata('design:type', read) as PropertyDecorator
  decorate(Entity.prototype, 'property')
  expect(Reflect.getMetadata('design:type', Entity.prototype, 'property')).toBe(type)
})

test('parameters have a type each, or none where one is not there yet', () => {
  class Entity extends Thing {}
  const decorate = (read: () => unknown) => (metadata('design:paramtypes', read) as ClassDecorator)(Entity)
  decorate(() => [Thing, Words, undefined])
  expect(Reflect.getMetadata('design:paramtypes', Entity)).toEqual([Thing, String, Object])
  decorate(() => {
    throw new ReferenceError()
  })
  expect(Reflect.getMetadata('design:paramtypes', Entity)).toEqual([])
})

test('a property without any type has the type Object, and keeps one it has', () => {
  class Entity extends Thing {}
  declare(Entity.prototype, 'a')
  expect(Reflect.getMetadata('design:type', Entity.prototype, 'a')).toBe(Object)
  Reflect.defineMetadata('design:type', String, Entity.prototype, 'b')
  declare(Entity.prototype, 'b')
  expect(Reflect.getMetadata('design:type', Entity.prototype, 'b')).toBe(String)
})

const missing = (...requireStack: string[]) => ({ code: 'MODULE_NOT_FOUND', requireStack })
const throwing = (fields: object) => () => {
  throw Object.assign(new Error('boom'), fields)
}

test.each([
  ['is missing', missing('/a.ts')],
  ['holds only types', { code: 'ERR_PACKAGE_PATH_NOT_EXPORTED' }],
])('an optional module that %s is empty', (_, fields) => {
  expect(optional(throwing(fields), '/a.ts')).toEqual({})
})

test.each([
  ['needs one that is missing', missing('/b.js', '/a.ts')],
  ['throws', {}],
])('an optional module that %s fails', (_, fields) => {
  expect(() => optional(throwing(fields), '/a.ts')).toThrow('boom')
})
