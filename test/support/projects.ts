// Small projects of users on disk: one set of entities, written as each kind of project writes them.
import { mkdirSync, realpathSync, symlinkSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { lane } from './lane'
import { scratchFolder } from './scratch'

/** ProjectKind is how a project runs its files; `bundler` is a module project that writes imports without endings. */
export type ProjectKind = 'commonjs' | 'module' | 'bundler' | 'javascript' | 'javascript-module'

/** Fixture is what is hard about a project's entities. */
export type Fixture = 'plain' | 'relation' | 'circle' | 'alias' | 'glob'

export const typescriptKinds = ['commonjs', 'module', 'bundler'] as const satisfies readonly ProjectKind[]
export const fixtures = ['plain', 'relation', 'circle', 'alias', 'glob'] as const satisfies readonly Fixture[]

const root = realpathSync(join(__dirname, '../..'))

/** Creates an empty folder, outside every project. */
export function freshFolder(): string {
  return scratchFolder('autogen-project-')
}

/** Writes files, by path relative to the folder; an object becomes JSON. */
export function writeFiles(folder: string, files: Readonly<Record<string, string | object>>): void {
  for (const [path, content] of Object.entries(files)) {
    const file = join(folder, path)
    mkdirSync(dirname(file), { recursive: true })
    writeFileSync(file, typeof content === 'string' ? content : JSON.stringify(content, null, 2))
  }
}

/** What a project of a user has installed, as a rule. */
export const usualPackages = ['typeorm', 'reflect-metadata', 'pg', 'sql.js'] as const

/** Gives a folder installed packages: links to ours, `typeorm` being the lane's. */
export function install(folder: string, packages: readonly string[] = usualPackages): void {
  for (const name of packages) {
    const link = join(folder, 'node_modules', name)
    mkdirSync(dirname(link), { recursive: true })
    symlinkSync(name === 'typeorm' ? lane.directory : join(root, 'node_modules', name), link, 'junction')
  }
}

/** Written is a project on disk: its folder, its data source, and the columns its entities declare, as PostgreSQL types. */
export interface Written {
  readonly folder: string
  readonly dataSource: string
  readonly columns: Readonly<Record<string, string>>
}

/**
 * Writes a project with two entities, `User` and `Post`, and a data source that is not connected.
 *
 * @example const { dataSource } = writeProject('module', 'circle', freshFolder())
 */
export function writeProject(
  kind: ProjectKind,
  fixture: Fixture,
  folder: string,
  options = "type: 'postgres'",
): Written {
  const isJavaScript = kind === 'javascript' || kind === 'javascript-module'
  const isModule = kind !== 'commonjs' && kind !== 'javascript'
  const ending = isJavaScript ? 'js' : 'ts'
  const source = isJavaScript ? javaScriptSources(isModule, options) : typeScriptSources(kind, fixture, options)
  install(folder)
  writeFiles(folder, {
    'package.json': { name: 'project', private: true, ...(isModule ? { type: 'module' } : {}) },
    ...(isJavaScript ? {} : { 'tsconfig.json': tsconfig(kind) }),
    ...source,
  })
  return { folder, dataSource: join(folder, `src/data-source.${ending}`), columns }
}

const columns = {
  'User.id': 'integer',
  'User.name': 'character varying',
  'User.born': 'timestamp without time zone',
  'User.active': 'boolean',
  'Post.id': 'integer',
  'Post.title': 'character varying',
  'Post.authorId': 'integer',
}

function tsconfig(kind: ProjectKind): object {
  const module = { commonjs: 'commonjs', module: 'nodenext', bundler: 'esnext' }[
    kind as 'commonjs' | 'module' | 'bundler'
  ]
  return {
    compilerOptions: {
      target: 'es2022',
      module,
      moduleResolution: { commonjs: 'node10', nodenext: 'nodenext', esnext: 'bundler' }[module],
      strict: true,
      esModuleInterop: true,
      experimentalDecorators: true,
      emitDecoratorMetadata: true,
      strictPropertyInitialization: false,
      paths: { '@app/*': ['./src/*'] },
    },
  }
}

function typeScriptSources(kind: ProjectKind, fixture: Fixture, options: string): Record<string, string> {
  const path = (name: string) =>
    `${fixture === 'alias' ? '@app/entities' : './entities'}/${name}${kind === 'module' ? '.js' : ''}`
  const sibling = (name: string) => (fixture === 'alias' ? path(name) : path(name).replace('/entities', ''))
  const here = kind === 'commonjs' ? '__dirname' : 'import.meta.dirname'
  // User comes first everywhere: then Post is evaluated before User is there, and the plain types of `circle` ask too early.
  const related = fixture === 'relation' || fixture === 'circle'
  const wrap = (type: string) => (fixture === 'relation' ? `Relation<${type}>` : type)
  return {
    'src/entities/user.ts': `
      import { Column, Entity, OneToMany, PrimaryGeneratedColumn${fixture === 'relation' ? ', Relation' : ''} } from 'typeorm'
      ${related ? `import { Post } from '${sibling('post')}'` : ''}

      @Entity()
      export class User {
        @PrimaryGeneratedColumn() id: number
        @Column() name: string
        @Column() born: Date
        @Column() active: boolean
        ${related ? `@OneToMany(() => Post, (post) => post.author) posts: ${wrap('Post[]')}` : ''}
      }`,
    'src/entities/post.ts': `
      import { Column, Entity, ManyToOne, PrimaryGeneratedColumn${fixture === 'relation' ? ', Relation' : ''} } from 'typeorm'
      import { User } from '${sibling('user')}'

      @Entity()
      export class Post {
        @PrimaryGeneratedColumn() id: number
        @Column() title: string
        @ManyToOne(() => User${related ? ', (user) => user.posts' : ''}) author: ${wrap('User')}
        constructor(title?: string) { if (title) this.title = title }
      }`,
    'src/data-source.ts': `
      import { DataSource } from 'typeorm'
      ${fixture === 'glob' ? '' : `import { User } from '${path('user')}'\n      import { Post } from '${path('post')}'`}

      export default new DataSource({
        ${options},
        entities: ${fixture === 'glob' ? `[${here} + '/entities/*{.ts,.js}']` : '[User, Post]'},
      })`,
  }
}

function javaScriptSources(isModule: boolean, options: string): Record<string, string> {
  const load = (names: string, from: string) =>
    isModule ? `import { ${names} } from '${from}'` : `const { ${names} } = require('${from}')`
  const give = (name: string, value: string) =>
    isModule ? `export const ${name} = ${value}` : `exports.${name} = ${value}`
  return {
    'src/entities.js': `
      ${load('EntitySchema', 'typeorm')}

      ${give(
        'User',
        `new EntitySchema({
        name: 'User',
        columns: {
          id: { type: Number, primary: true, generated: true },
          name: { type: String },
          born: { type: Date },
          active: { type: Boolean },
        },
      })`,
      )}

      ${give(
        'Post',
        `new EntitySchema({
        name: 'Post',
        columns: { id: { type: Number, primary: true, generated: true }, title: { type: String } },
        relations: { author: { type: 'many-to-one', target: 'User' } },
      })`,
      )}`,
    'src/data-source.js': `
      ${load('DataSource', 'typeorm')}
      ${load('Post, User', './entities.js')}

      ${isModule ? 'export default' : 'module.exports ='} new DataSource({ ${options}, entities: [User, Post] })`,
  }
}
