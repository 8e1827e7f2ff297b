// The arrows of docs/architecture.md, held by the import lines themselves. If one seems to be in the way, move the code.
import { readdirSync, readFileSync } from 'node:fs'
import { join, posix, sep } from 'node:path'
import * as ts from 'typescript'

const source = join(__dirname, '../src')

/** What each room may import: a room, or one file of a room. */
const arrows: Record<string, readonly string[]> = {
  errors: [],
  version: [],
  model: ['errors'],
  operations: ['errors', 'model'],
  diff: ['errors', 'model', 'operations'],
  lint: ['errors', 'model', 'operations'],
  graph: ['errors'],
  dialects: ['errors', 'model', 'operations'],
  entities: ['errors', 'model', 'dialects/dialect', 'data-source'],
  loader: ['errors'],
  scripts: ['errors', 'model', 'operations', 'graph', 'loader'],
  'data-source': ['errors', 'model'],
  runtime: ['errors', 'version', 'model', 'operations', 'graph', 'dialects', 'scripts/script', 'data-source'],
}
const belowTheWalls = Object.keys(arrows)
/** The files beside the rooms: what a command stands on. */
const walls = [
  'settings',
  'config',
  'protection',
  'logger',
  'answers',
  'comparison',
  'environment',
  'refused',
  'own-command',
]
for (const wall of walls) arrows[wall] = [...belowTheWalls, ...walls]
arrows.commands = [...belowTheWalls, ...walls]
// A project opens the environment a command runs in and closes it again.
arrows.project = [...belowTheWalls, ...walls, 'commands']
// A command line is performed on a project, and prints the events of a run as they come.
arrows.cli = [
  'errors',
  'version',
  'operations/near',
  'commands',
  'project',
  'environment',
  'runtime/events',
  'runtime/passwords',
]
// The same without files: what an application imports.
arrows.modules = [...belowTheWalls, ...walls, 'commands']
arrows.index = [...belowTheWalls, ...walls, 'commands', 'project', 'modules']
arrows.runtimeEntry = arrows.index

/** Packages and the only places that may name them; none means every place. */
const packages: Record<string, readonly string[]> = {
  typeorm: [],
  yargs: ['cli'],
  '@clack/prompts': ['cli'],
  picocolors: ['cli'],
  prettier: ['scripts'],
  '@swc/core': ['loader'],
  'get-tsconfig': ['loader', 'commands/init'],
  // The user's own, where swc has no binary; and the metadata store the user's decorators write to.
  typescript: ['loader/typescript'],
  'reflect-metadata': ['loader/compiled'],
}

/** Who touches files, besides the two rooms that exist for it. */
const touchFiles = [
  'scripts/directory',
  'loader',
  // Settings are a file, looked for upward from the working directory.
  'config',
  // `init` writes the settings file and looks at the project around it.
  'commands/init',
  // A SQLite file in a folder that is not there is a database that is not there.
  'runtime/connection',
  // A sql.js database is a file that is read and written as a whole.
  'runtime/sqljs',
  // So is a copy of a SQLite database.
  'runtime/backup',
]

type Import = { readonly from: string; readonly to: string; readonly typeOnly: boolean }

const sources = (readdirSync(source, { recursive: true }) as string[])
  .filter((file) => /\.m?ts$/.test(file))
  .map((file) => file.split(sep).join('/'))
  .sort()
const trees = new Map(sources.map((file) => [file.replace(/\.m?ts$/, ''), parse(file)]))
const files = [...trees.keys()]
const imports = files.flatMap(importsOf)
const inside = imports.filter(({ to }) => !to.includes(':') && files.includes(to))
const outside = imports.filter(({ to }) => !files.includes(to))

test('every import follows an arrow', () => {
  const against = inside.filter(({ from, to }) => {
    const room = roomOf(from)
    return room !== roomOf(to) && !(arrows[room] ?? []).some((allowed) => within(to, allowed))
  })
  expect(lines(against)).toEqual([])
})

test('every relative import names a file that exists', () => {
  expect(lines(outside.filter(({ to }) => to.startsWith('.')))).toEqual([])
})

test('every room stands in the table', () => {
  expect([...new Set(files.map(roomOf))].filter((room) => !(room in arrows))).toEqual([])
})

test('nobody imports the entries', () => {
  expect(lines(inside.filter(({ to }) => to === 'index' || to === 'runtime'))).toEqual([])
})

test('an error is imported from the list of all, wherever it stands', () => {
  const past = inside.filter(({ from, to }) => within(to, 'errors') && to !== 'errors/index' && !within(from, 'errors'))
  expect(lines(past)).toEqual([])
})

test('no file imports itself on any road', () => {
  expect(cycles()).toEqual([])
})

test('of TypeORM only types are imported', () => {
  expect(lines(outside.filter(({ to, typeOnly }) => packageOf(to) === 'typeorm' && !typeOnly))).toEqual([])
})

test('a package is named only where it belongs, and no other package at all', () => {
  const astray = outside.filter(({ from, to, typeOnly }) => {
    const name = packageOf(to)
    if (/^(node:|\.)/.test(to) || (name === 'typeorm' && typeOnly)) return false
    return !(packages[name] ?? []).some((place) => within(from, place))
  })
  expect(lines(astray)).toEqual([])
})

test('files are touched only where the design says so', () => {
  const touching = outside.filter(({ to }) => /^node:fs(\/promises)?$/.test(to))
  expect(lines(touching.filter(({ from }) => !touchFiles.some((place) => within(from, place))))).toEqual([])
})

test.each(['model', 'operations', 'diff', 'graph'])('%s knows no dialect by name', (room) => {
  const naming = files
    .filter((file) => roomOf(file) === room)
    .flatMap((file) =>
      [...code(file).matchAll(/\w*(postgres|sqlite|mysql|mariadb)\w*/gi)].map(([word]) => `${file}: ${word}`),
    )
  expect(naming).toEqual([])
})

test('only cli/main.ts exits', () => {
  const exiting = files.filter((file) => /process\s*\.\s*(exit|abort|reallyExit|kill)\b/.test(code(file)))
  expect(exiting.filter((file) => file !== 'cli/main')).toEqual([])
})

function parse(file: string): ts.SourceFile {
  return ts.createSourceFile(file, readFileSync(join(source, file), 'utf8'), ts.ScriptTarget.ES2022, true)
}

function importsOf(from: string): Import[] {
  const found: Import[] = []
  const add = (specifier: ts.Node | undefined, typeOnly: boolean) => {
    if (specifier !== undefined && ts.isStringLiteralLike(specifier)) {
      found.push({ from, to: target(from, specifier.text), typeOnly })
    }
  }
  const visit = (node: ts.Node): void => {
    if (ts.isImportDeclaration(node)) add(node.moduleSpecifier, namesOnlyTypes(node.importClause))
    else if (ts.isExportDeclaration(node)) add(node.moduleSpecifier, node.isTypeOnly)
    else if (ts.isImportTypeNode(node))
      add(ts.isLiteralTypeNode(node.argument) ? node.argument.literal : undefined, true)
    else if (ts.isExternalModuleReference(node)) add(node.expression, false)
    else if (ts.isCallExpression(node) && loadsModule(node.expression)) add(node.arguments[0], false)
    ts.forEachChild(node, visit)
  }
  visit(trees.get(from) as ts.SourceFile)
  return found
}

function namesOnlyTypes(clause: ts.ImportClause | undefined): boolean {
  if (clause === undefined) return false
  if (clause.phaseModifier === ts.SyntaxKind.TypeKeyword) return true
  const bindings = clause.namedBindings
  if (clause.name !== undefined || bindings === undefined || !ts.isNamedImports(bindings)) return false
  return bindings.elements.length > 0 && bindings.elements.every((element) => element.isTypeOnly)
}

function loadsModule(callee: ts.Expression): boolean {
  return callee.kind === ts.SyntaxKind.ImportKeyword || (ts.isIdentifier(callee) && callee.text === 'require')
}

function target(from: string, specifier: string): string {
  if (!specifier.startsWith('.')) return specifier
  const path = posix.join(posix.dirname(from), specifier.replace(/\.m?js$/, ''))
  if (files.includes(path)) return path
  // What is not there keeps its dot, so that it is not taken for a package.
  return files.includes(`${path}/index`) ? `${path}/index` : `./${path}`
}

function packageOf(specifier: string): string {
  return specifier
    .split('/')
    .slice(0, specifier.startsWith('@') ? 2 : 1)
    .join('/')
}

function roomOf(file: string): string {
  // src/runtime.ts is an entry, src/runtime/ a room.
  return file === 'runtime' ? 'runtimeEntry' : (file.split('/')[0] as string)
}

function within(file: string, place: string): boolean {
  return file === place || (file !== 'runtime' && file.startsWith(`${place}/`))
}

function code(file: string): string {
  return ts.createPrinter({ removeComments: true }).printFile(trees.get(file) as ts.SourceFile)
}

function cycles(): string[] {
  const found: string[] = []
  const done = new Set<string>()
  const walk = (file: string, road: readonly string[]): void => {
    if (road.includes(file)) found.push([...road.slice(road.indexOf(file)), file].join(' -> '))
    if (done.has(file) || road.includes(file)) return
    for (const { to } of inside.filter(({ from }) => from === file)) walk(to, [...road, file])
    done.add(file)
  }
  for (const file of files) walk(file, [])
  return found
}

function lines(imports: readonly Import[]): string[] {
  return imports.map(({ from, to }) => `${from} imports ${to}`)
}
