// A stock NestJS project: `init` leaves its build where it was, `check` reads its entities, and it can migrate as it starts.
import { createRequire } from 'node:module'
import { freshSqlite, type TestDatabase } from '../support/databases'
import { lane } from '../support/lane'
import { copyParts, filesBelow, installed, link, logOf, productionPackages, type InstalledProject } from './installed'

jest.setTimeout(120_000)

const cleanUps: (() => unknown)[] = []
afterAll(async () => {
  for (const cleanUp of cleanUps.reverse()) await cleanUp()
})

/** tsconfig.json as `nest new` writes it: until version 10, and since. */
const generations = {
  'Nest 10': {
    module: 'commonjs',
    declaration: true,
    removeComments: true,
    emitDecoratorMetadata: true,
    experimentalDecorators: true,
    allowSyntheticDefaultImports: true,
    target: 'ES2021',
    sourceMap: true,
    outDir: './dist',
    baseUrl: './',
    incremental: true,
    skipLibCheck: true,
    strictNullChecks: false,
    noImplicitAny: false,
    strictBindCallApply: false,
    forceConsistentCasingInFileNames: false,
    noFallthroughCasesInSwitch: false,
  },
  'Nest 11': {
    module: 'nodenext',
    moduleResolution: 'nodenext',
    resolvePackageJsonExports: true,
    esModuleInterop: true,
    isolatedModules: true,
    declaration: true,
    removeComments: true,
    emitDecoratorMetadata: true,
    experimentalDecorators: true,
    allowSyntheticDefaultImports: true,
    target: 'ES2023',
    sourceMap: true,
    outDir: './dist',
    baseUrl: './',
    incremental: true,
    skipLibCheck: true,
    strictNullChecks: true,
    forceConsistentCasingInFileNames: true,
    noImplicitAny: false,
    strictBindCallApply: false,
    noFallthroughCasesInSwitch: false,
  },
}

// Each with the TypeORM of its time.
const generation = lane.major === '1' ? 'Nest 11' : 'Nest 10'

describe.each([[generation, generations[generation]]])('a stock project of %s', (_name, compilerOptions) => {
  test('is set up, migrated and checked, and its build stays where it was', async () => {
    const made = stock(compilerOptions)
    const database = freshDatabase()
    await build(made)
    const before = built(made)
    expect(before).toContain('dist/main.js')

    const init = await made.autogen(['init'])
    expect(init).toMatchObject({ code: 0, stderr: '' })
    expect(JSON.parse(made.read('autogen.config.json'))).toEqual({
      dataSource: { source: 'src/data-source.ts', compiled: 'dist/data-source.js' },
      migrations: { source: 'src/migrations', compiled: 'dist/migrations' },
    })
    const drift = await made.autogen(['check'], environment(database))
    expect(drift).toMatchObject({ code: 3, stderr: '' })
    expect(drift.stdout).toMatch(/\+ table user\b/)
    expect(drift.stdout).toMatch(/\+ table post\b/)
    expect(await made.autogen(['revision', '-m', 'first'], environment(database))).toMatchObject({
      code: 0,
      stderr: '',
    })
    expect(await made.autogen(['upgrade', 'head'], environment(database))).toMatchObject({ code: 0, stderr: '' })
    expect(await made.autogen(['check'], environment(database))).toMatchObject({ code: 0, stderr: '' })

    await build(made)
    const after = built(made)
    expect(after.filter((file) => before.includes(file))).toEqual(before)
    const added = after.filter((file) => !before.includes(file))
    expect(added).toEqual(['dist/data-source.js', expect.stringMatching(/^dist\/migrations\/[0-9a-f]{12}_first\.js$/)])

    const production = installed({}, productionPackages)
    cleanUps.push(production.remove)
    copyParts(made, production, ['package.json', 'autogen.config.json', 'dist'])
    expect(await production.autogen(['check'], environment(database))).toMatchObject({ code: 0, stderr: '' })
    const fresh = freshDatabase()
    expect(await production.autogen(['upgrade', 'head'], environment(fresh))).toMatchObject({ code: 0, stderr: '' })
    expect(await logOf(fresh)).toEqual(await logOf(database))
  })
})

test('where a data source beside src already makes the build count from above, the settings name what the build makes', async () => {
  const made = stock(generations['Nest 11'])
  const database = freshDatabase()
  made.write(
    'data-source.ts',
    `import { DataSource } from 'typeorm';
import { Post } from './src/users/post.entity';
import { User } from './src/users/user.entity';

export default new DataSource({ type: 'sqljs', location: process.env.DATABASE_FILE, autoSave: true, entities: [User, Post] });
`,
  )
  expect(await made.autogen(['init'])).toMatchObject({ code: 0, stderr: '' })
  expect(await made.autogen(['revision', '-m', 'first'], environment(database))).toMatchObject({ code: 0, stderr: '' })
  await build(made)
  const settings = JSON.parse(made.read('autogen.config.json')) as Record<string, { source: string; compiled: string }>
  expect(settings).toEqual({
    dataSource: { source: 'data-source.ts', compiled: 'dist/data-source.js' },
    migrations: { source: 'src/migrations', compiled: 'dist/src/migrations' },
  })
  expect(built(made)).toEqual(expect.arrayContaining(['dist/data-source.js', 'dist/src/main.js']))
  expect(made.files('dist/src/migrations')).toContainEqual(expect.stringMatching(/_first\.js$/))
})

test('an application migrates its own data source as it starts, and goes on with it', async () => {
  const made = stock(generations['Nest 11'])
  const database = freshDatabase()
  await made.autogen(['init'])
  await made.autogen(['revision', '-m', 'first'], environment(database))
  made.write(
    'src/main.ts',
    `import { NestFactory } from '@nestjs/core';
import { join } from 'node:path';
import { DataSource } from 'typeorm';
import { check, upgrade } from 'typeorm-autogen';
import { AppModule } from './app.module';
import { UsersService } from './users/users.service';

async function bootstrap() {
  const app = await NestFactory.createApplicationContext(AppModule, { logger: ['error', 'warn'] });
  const dataSource = app.get(DataSource);
  const migrations = join(__dirname, 'migrations');
  const { steps } = await upgrade({ dataSource, migrations });
  const { problems } = await check({ dataSource, migrations });
  const posts = await app.get(UsersService).write('Ann', 'Hello');
  console.log(JSON.stringify({ steps: steps.length, problems, posts }));
  await app.close();
}
void bootstrap();
`,
  )
  await build(made)
  const start = () => made.start(['dist/main.js'], environment(database))
  expect(await start()).toMatchObject({ code: 0, stderr: '', stdout: `{"steps":1,"problems":[],"posts":["Hello"]}\n` })
  expect(await start()).toMatchObject({ code: 0, stderr: '', stdout: `{"steps":0,"problems":[],"posts":["Hello"]}\n` })
})

/** What `nest new` and its handbook's chapter on databases leave a user with. */
function stock(compilerOptions: object): InstalledProject {
  const made = installed({
    'package.json': JSON.stringify({
      name: 'stock',
      private: true,
      dependencies: { '@nestjs/typeorm': '11.0.3', typeorm: '*', 'reflect-metadata': '0.2.2', 'sql.js': '1.16.0' },
    }),
    'tsconfig.json': JSON.stringify({ compilerOptions }),
    'tsconfig.build.json': JSON.stringify({
      extends: './tsconfig.json',
      exclude: ['node_modules', 'test', 'dist', '**/*spec.ts'],
    }),
    'nest-cli.json': JSON.stringify({ collection: '@nestjs/schematics', sourceRoot: 'src' }),
    'src/main.ts': `import { NestFactory } from '@nestjs/core';
import { AppModule } from './app.module';

async function bootstrap() {
  const app = await NestFactory.createApplicationContext(AppModule);
  await app.close();
}
void bootstrap();
`,
    'src/app.module.ts': `import { Module } from '@nestjs/common';
import { TypeOrmModule } from '@nestjs/typeorm';
import { UsersModule } from './users/users.module';

@Module({
  imports: [
    TypeOrmModule.forRoot({
      type: 'sqljs',
      location: process.env.DATABASE_FILE,
      autoSave: true,
      autoLoadEntities: true,
    }),
    UsersModule,
  ],
})
export class AppModule {}
`,
    'src/app.module.spec.ts': `import { AppModule } from './app.module';

export const tested = AppModule;
`,
    'src/users/users.module.ts': `import { Module } from '@nestjs/common';
import { TypeOrmModule } from '@nestjs/typeorm';
import { Post } from './post.entity';
import { User } from './user.entity';
import { UsersService } from './users.service';

@Module({
  imports: [TypeOrmModule.forFeature([User, Post])],
  providers: [UsersService],
})
export class UsersModule {}
`,
    'src/users/users.service.ts': `import { Injectable } from '@nestjs/common';
import { InjectRepository } from '@nestjs/typeorm';
import { Repository } from 'typeorm';
import { Post } from './post.entity';
import { User } from './user.entity';

@Injectable()
export class UsersService {
  constructor(
    @InjectRepository(User) private readonly users: Repository<User>,
    @InjectRepository(Post) private readonly posts: Repository<Post>,
  ) {}

  async write(name: string, title: string): Promise<string[]> {
    const user = await this.users.save({ name });
    await this.posts.save({ title, author: user });
    const found = await this.users.findOneOrFail({ where: { id: user.id }, relations: { posts: true } });
    return found.posts.map((post) => post.title);
  }
}
`,
    'src/users/user.entity.ts': `import { Column, CreateDateColumn, Entity, OneToMany, PrimaryGeneratedColumn } from 'typeorm';
import { Post } from './post.entity';

@Entity()
export class User {
  @PrimaryGeneratedColumn()
  id: number;

  @Column()
  name: string;

  @Column({ default: true })
  isActive: boolean;

  @CreateDateColumn()
  createdAt: Date;

  @OneToMany(() => Post, (post) => post.author)
  posts: Post[];
}
`,
    'src/users/post.entity.ts': `import { Column, Entity, ManyToOne, PrimaryGeneratedColumn } from 'typeorm';
import { User } from './user.entity';

@Entity()
export class Post {
  @PrimaryGeneratedColumn()
  id: number;

  @Column()
  title: string;

  @ManyToOne(() => User, (user) => user.posts)
  author: User;
}
`,
    'test/app.e2e-spec.ts': `import { AppModule } from '../src/app.module';

export const tested = AppModule;
`,
  })
  cleanUps.push(made.remove)
  for (const name of ['@nestjs/common', '@nestjs/core', 'rxjs', '@types/node']) link(made, name)
  // A copy, so that it gets the project's TypeORM.
  link(made, '@nestjs/typeorm', 'copy')
  return made
}

// Nest 10 and 11 come with TypeScript 5, which attw brings along; from 6 on a project must name its rootDir.
const compiler = createRequire(require.resolve('@arethetypeswrong/core')).resolve('typescript/bin/tsc')

/** `nest build`, which is tsc. */
async function build(made: InstalledProject): Promise<void> {
  const { code, output } = await made.start([compiler, '-p', 'tsconfig.build.json'])
  expect({ code, output }).toEqual({ code: 0, output: '' })
}

function built(made: InstalledProject): string[] {
  return filesBelow(made).filter((file) => /^dist\/.*\.js$/.test(file))
}

function freshDatabase(): TestDatabase & { readonly file: string } {
  const database = freshSqlite('sqljs')
  cleanUps.push(database.drop)
  return database
}

function environment({ file }: { readonly file: string }): Record<string, string> {
  return { DATABASE_FILE: file }
}
