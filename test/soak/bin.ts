// The same way through the real command, each step a process of its own in a project of its own.
import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { project, type Ran } from '../support/cli'
import { printClasses } from '../support/random-entities/classes'
import type { Pair } from '../support/random-entities/edit'
import { filledIn } from './journey'
import type { Vehicle } from './walk'

/** Makes a project at the first entities of a pair. */
export function binVehicle(url: string, { from, names, defaultSchema }: Pair): Vehicle & { remove(): void } {
  const options = { type: 'postgres', url, ...(defaultSchema === 'public' ? {} : { schema: defaultSchema }) }
  const made = project({
    'tsconfig.json': JSON.stringify({
      compilerOptions: { target: 'es2022', module: 'commonjs', moduleResolution: 'node', experimentalDecorators: true },
    }),
    'entities.ts': printClasses(from),
    'ormconfig.ts': `import { DataSource } from 'typeorm'
import { entities } from './entities'

export default new DataSource({ ...${JSON.stringify(options)}, entities } as any)
`,
    'migrations/.gitkeep': '',
  })
  const type = async (...words: string[]): Promise<Ran> => {
    const ran = await made.autogen(words)
    if (ran.code !== 0) throw new Error(`autogen ${words.join(' ')} ended with ${ran.code}:\n${ran.output}`)
    return ran
  }
  const shown = names ? ['--names'] : []
  return {
    folder: join(made.folder, 'migrations'),
    async revision(to, answers, schema) {
      made.write('entities.ts', printClasses(to))
      const renames = Object.entries(answers).flatMap(([gone, name]) =>
        name === null ? ['--drop', gone] : ['--rename', `${gone}:${name}`],
      )
      await type('revision', '-m', 'second', ...shown, ...renames)
      const file = readdirSync(join(made.folder, 'migrations')).find((one) => one.endsWith('_second.ts'))
      if (file === undefined) throw new Error('autogen revision wrote no file.')
      made.write(`migrations/${file}`, filledIn(made.read(`migrations/${file}`), schema))
    },
    upgrade: async () => void (await type('upgrade', 'head')),
    check: async () => void (await type('check', '--strict', ...shown)),
    downgrade: async () => void (await type('downgrade', '-1')),
    remove: made.remove,
  }
}
