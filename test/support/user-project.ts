// A small TypeScript project with one entity, on any database: what most stories of the command line start from.
import { project, type TestProject } from './cli'

/** The entity as it is at first; `columns` are added to its body. */
export function userEntity(...columns: readonly string[]): string {
  const body = ['@PrimaryGeneratedColumn()\n  id: number', '@Column({ length: 100 })\n  name: string', ...columns].map(
    (column) => `  ${column}\n`,
  )
  return `import { Column, Entity, Index, PrimaryGeneratedColumn, Unique } from 'typeorm'\n\n@Entity()\nexport class User {\n${body.join('\n')}}\n`
}

/** Makes the project; `options` are TypeORM's, for the database. */
export function userProject(options: object, entity = userEntity()): TestProject {
  return project({
    'tsconfig.json': JSON.stringify({
      compilerOptions: {
        target: 'es2022',
        module: 'commonjs',
        moduleResolution: 'node',
        experimentalDecorators: true,
        emitDecoratorMetadata: true,
        strictPropertyInitialization: false,
      },
    }),
    'ormconfig.ts': dataSource(options),
    'src/user.ts': entity,
    'migrations/.gitkeep': '',
  })
}

/** The text of a data source file over `src/user.ts`. */
export function dataSource(options: object): string {
  return `import 'reflect-metadata'
import { DataSource } from 'typeorm'
import { User } from './src/user'

export default new DataSource({ ...${JSON.stringify(options)}, entities: [User] } as any)
`
}
