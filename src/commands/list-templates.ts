// `autogen list-templates`: the shapes a new revision can have, and which of them this project gets.
import type { Command } from './command'

export interface ListTemplatesResult {
  readonly templates: readonly Template[]
  /** The project's own template, which puts new files together: a file, or the name of a function. */
  readonly own?: string
}

/** Template is one shape of a migration file. */
export interface Template {
  readonly name: string
  readonly describe: string
  /** Whether new revisions of this project have it. */
  readonly chosen: boolean
}

const templates = [
  { name: 'typescript', language: 'ts', module: undefined, describe: 'for a project with a tsconfig.json' },
  { name: 'javascript-esm', language: 'js', module: 'esm', describe: 'for a package of `"type": "module"`' },
  { name: 'javascript-commonjs', language: 'js', module: 'cjs', describe: 'for any other package' },
] as const

export const listTemplatesCommand: Command<object, ListTemplatesResult> = {
  name: 'list-templates',
  aliases: ['list_templates'],
  describe: 'list the shapes a new revision can have',
  examples: [['autogen list-templates', 'marks the one this project gets']],
  flags: {},
  async run({ place }) {
    return {
      templates: templates.map(({ name, describe, language, module }) => ({
        name,
        describe,
        chosen: place?.language === language && (module === undefined || place.module === module),
      })),
      ...(place?.template === undefined ? {} : { own: place.template.name }),
    }
  },
  print(result, { line, paint }) {
    for (const { name, describe, chosen } of result.templates) {
      line(`${paint.bold(name.padEnd(20))} ${describe}${chosen ? paint.green(' (this project)') : ''}`)
    }
    if (result.own !== undefined) line(`${paint.dim('put together by')} ${result.own}`)
  },
}
