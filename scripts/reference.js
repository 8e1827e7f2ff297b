// Writes the parts of docs/reference.md that are declarations: commands, settings, exit codes. After a build:
// node scripts/reference.js. test/reference.test.ts fails when the page says something else than the declarations.
'use strict'

const { readFileSync, writeFileSync } = require('node:fs')
const { join } = require('node:path')

const page = join(__dirname, '../docs/reference.md')

/** What each exit code means; several at once rank as the page says. */
const meanings = {
  unexpected: 'something nobody foresaw; the stack is printed',
  usage:
    'the command line, the settings, a file of yours that does not load, or a right that files or database do not give',
  drift: '`check`: the entities and the database differ',
  graph: 'the revisions: several heads, not at head, pending, edited, skipped, diverged, unknown',
  migration: 'a migration failed and was rolled back',
  refused: 'refused as unsafe or unproved: a protected database, a way back that does not exist, an unanswered rename',
  timeout: 'waiting for the lock, or for a revision, took too long',
  unreachable: 'the database does not answer, or does not let us in',
  interrupted: 'Ctrl-C',
}

/**
 * The parts by their name in the page.
 * @param {object} declarations
 * @param {readonly any[]} declarations.commands
 * @param {Record<string, any>} declarations.commonFlags
 * @param {Record<string, { sentence: string, fallback: string }>} declarations.settings
 * @param {Record<string, number>} declarations.exitCodes
 * @returns {Record<string, string>}
 */
function parts({ commands, commonFlags, settings, exitCodes }) {
  return {
    commands: commands.map(command).join('\n\n'),
    'common options': flags(commonFlags).join('\n'),
    settings: Object.entries(settings)
      .map(([name, { sentence, fallback }]) => `- \`${name}\`: ${sentence} Default: ${fallback}.`)
      .join('\n'),
    'exit codes': [
      '- `0`: fine',
      ...Object.entries(exitCodes).map(([name, code]) => `- \`${code}\`: ${meanings[name]}`),
    ].join('\n'),
  }
}

function command({ name, describe, examples, positionals = [], flags: own }) {
  const words = positionals.map(({ name, many, required }) => {
    const word = many ? `${name}..` : name
    return required ? `<${word}>` : `[${word}]`
  })
  const takes = [
    ...positionals.map(
      ({ name, describe, fallback }) => `- \`${name}\`: ${describe}${fallback === undefined ? '' : ` (${fallback})`}`,
    ),
    ...flags(own),
  ]
  const width = Math.max(...examples.map(([line]) => line.length))
  return [
    `### \`${['autogen', name, ...words].join(' ')}\``,
    `${describe[0].toUpperCase()}${describe.slice(1)}.`,
    ...(takes.length === 0 ? [] : [takes.join('\n')]),
    ['```bash', ...examples.map(([line, does]) => `${line.padEnd(width)}  # ${does}`), '```'].join('\n'),
  ].join('\n\n')
}

function flags(declared) {
  return Object.entries(declared).map(([name, { alias, argument, describe, type }]) => {
    const long = `\`${name.length === 1 ? '-' : '--'}${name}${argument === undefined ? '' : ` ${argument}`}\``
    const repeated = type === 'strings' ? '; may be given several times' : ''
    return `- ${alias === undefined ? '' : `\`-${alias}\`, `}${long}: ${describe}${repeated}`
  })
}

/** The page with its parts as the declarations have them. */
function written(text, declarations) {
  return Object.entries(parts(declarations)).reduce((result, [name, part]) => {
    const [begin, end] = [`<!-- ${name} -->`, `<!-- end of ${name} -->`]
    const [from, to] = [result.indexOf(begin), result.indexOf(end)]
    if (from === -1 || to < from) throw new Error(`docs/reference.md lacks ${begin} or ${end}.`)
    return `${result.slice(0, from + begin.length)}\n\n${part}\n\n${result.slice(to)}`
  }, text)
}

module.exports = { page, written }

if (require.main === module) {
  const declarations = {
    commands: require('../dist/commands').commands,
    commonFlags: require('../dist/cli/common-flags').commonFlags,
    settings: require('../dist/settings').settingDeclarations,
    exitCodes: require('../dist/errors').exitCodes,
  }
  writeFileSync(page, written(readFileSync(page, 'utf8'), declarations))
}
