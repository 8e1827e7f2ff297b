// One short spelling for every type: what format_type prints and what a person writes become the same text.
import { meaningful, postgresTokens, tokenize, type Token } from '../tokens'

/** TypeSpelling is a type taken apart. */
export interface TypeSpelling {
  /** The name in its short spelling, with its schema if it was given one: `varchar`, `audit."Mood"`. */
  readonly name: string
  /** What stands in parentheses: `255`, `10,2`. */
  readonly modifiers?: string
  readonly array: boolean
}

/** A type in its short spelling: `character varying(255)` becomes `varchar(255)`. */
export function normalizeType(text: string, defaultSchema?: string): string {
  const { name, modifiers, array } = parseType(text, defaultSchema)
  return `${name}${modifiers === undefined ? '' : `(${modifiers})`}${array ? '[]' : ''}`
}

/** Takes a type apart, whatever its spelling. */
export function parseType(text: string, defaultSchema?: string): TypeSpelling {
  const key = `${defaultSchema ?? ''}\n${text}`
  const known = parsed.get(key)
  if (known !== undefined) return known
  const spelling = readType(text, defaultSchema)
  parsed.set(key, spelling)
  return spelling
}

// A schema of thousands of columns has a few dozen types.
const parsed = new Map<string, TypeSpelling>()

function readType(text: string, defaultSchema: string | undefined): TypeSpelling {
  const { scalar, array } = splitArray(meaningful(tokenize(text, postgresTokens)))
  const open = scalar.findIndex((token) => token.text === '(')
  const close = scalar.findLastIndex((token) => token.text === ')')
  const modifiers =
    open < 0
      ? undefined
      : scalar
          .slice(open + 1, close)
          .map((token) => token.text)
          .join('')
  const words = open < 0 ? scalar : [...scalar.slice(0, open), ...scalar.slice(close + 1)]
  return { ...shorten(typeName(words, defaultSchema), modifiers), array }
}

/** Whether a type, by its short name, holds texts. */
export function isTextType(name: string): boolean {
  return textTypes.has(name)
}

const textTypes = new Set(['text', 'varchar', 'char', 'bpchar', 'name', 'citext'])

/** What `serial`, `bigserial` and `smallserial` stand for. */
export function serialType(text: string): string | undefined {
  return serialTypes.get(parseType(text).name)
}

const serialTypes: ReadonlyMap<string, string> = new Map(
  Object.entries({
    serial: 'integer',
    serial4: 'integer',
    bigserial: 'bigint',
    serial8: 'bigint',
    smallserial: 'smallint',
    serial2: 'smallint',
  }),
)

function splitArray(tokens: readonly Token[]): { scalar: readonly Token[]; array: boolean } {
  const bracket = tokens.findIndex((token) => token.text === '[')
  const scalar = bracket < 0 ? tokens : tokens.slice(0, bracket)
  const spelled = scalar.length > 1 && scalar.at(-1)!.text.toLowerCase() === 'array'
  return { scalar: spelled ? scalar.slice(0, -1) : scalar, array: bracket >= 0 || spelled }
}

function typeName(words: readonly Token[], defaultSchema: string | undefined): string {
  const pieces = words.map(({ kind, text }) => (kind === 'word' ? text.toLowerCase() : unquoted(text)))
  const schema = pieces[1] === '.' ? pieces[0] : undefined
  const own = schema === 'pg_catalog' || (schema !== undefined && schema === quotedIfNeeded(defaultSchema))
  return (own ? pieces.slice(2) : pieces).join(' ').replaceAll(' . ', '.')
}

/** A quoted name without its quotes where it means the same without. */
function unquoted(text: string): string {
  if (!text.startsWith('"')) return text
  return quotedIfNeeded(text.slice(1, -1).replaceAll('""', '"')) ?? text
}

/** A name, in quotes where it could not stand without. */
export function quotedIfNeeded(name: string): string
export function quotedIfNeeded(name: string | undefined): string | undefined
export function quotedIfNeeded(name: string | undefined): string | undefined {
  if (name === undefined) return undefined
  return /^[a-z_][a-z0-9_$]*$/.test(name) && !reserved.has(name) ? name : `"${name.replaceAll('"', '""')}"`
}

// "char" is another type than char, and these names could not stand without quotes.
const reserved = new Set(
  `char all analyse analyze and any array as asc asymmetric authorization binary both case cast check collate collation
  column concurrently constraint create cross current_catalog current_date current_role current_schema current_time
  current_timestamp current_user default deferrable desc distinct do else end except false fetch for foreign freeze from
  full grant group having ilike in initially inner intersect into is isnull join lateral leading left like limit localtime
  localtimestamp natural not notnull null offset on only or order outer overlaps placing primary references returning right
  select session_user similar some symmetric system_user table tablesample then to trailing true union unique user using
  variadic verbose when where window with between coalesce exists extract greatest grouping inout least nullif out overlay
  position precision row setof substring treat trim values`.split(/\s+/),
)

const aliases: ReadonlyMap<string, string> = new Map(
  Object.entries({
    int: 'integer',
    int4: 'integer',
    int2: 'smallint',
    int8: 'bigint',
    float4: 'real',
    float8: 'double precision',
    decimal: 'numeric',
    dec: 'numeric',
    bool: 'boolean',
    'character varying': 'varchar',
    'char varying': 'varchar',
    'national character varying': 'varchar',
    'national char varying': 'varchar',
    'nchar varying': 'varchar',
    character: 'char',
    'national character': 'char',
    'national char': 'char',
    nchar: 'char',
    'bit varying': 'varbit',
    'timestamp with time zone': 'timestamptz',
    'timestamp without time zone': 'timestamp',
    'time with time zone': 'timetz',
    'time without time zone': 'time',
  }),
)

const withPrecision = new Set(['timestamp', 'timestamptz', 'time', 'timetz', 'interval'])

function shorten(spelled: string, modifiers: string | undefined): { name: string; modifiers?: string } {
  const name = aliases.get(spelled) ?? spelled
  if (name === 'float') return { name: Number(modifiers ?? 53) <= 24 ? 'real' : 'double precision' }
  // char and bit alone mean a length of one; bpchar alone has no length.
  if (name === 'bpchar' && modifiers !== undefined) return { name: 'char', modifiers }
  if ((name === 'char' || name === 'bit') && modifiers === undefined) return { name, modifiers: '1' }
  if (modifiers === undefined) return { name }
  if (name === 'numeric') return { name, modifiers: modifiers.replace(/,0$/, '') }
  // Six digits are what the server keeps anyway.
  if (withPrecision.has(name) && Number(modifiers) >= 6) return { name }
  return { name, modifiers }
}
