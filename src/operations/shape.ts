// Shapes of arguments, for scripts that no TypeScript checked: a shape is a function that names the first thing wrong.
import { nearNames } from './near'

/** Problem says what is wrong with an argument, and where in it. */
export interface Problem {
  /** A path such as `column.nulable`. */
  readonly key: string
  readonly problem: string
  readonly suggestions: readonly string[]
}

/** Shape finds what is wrong with a value; nothing when it is fine. */
export type Shape = (value: unknown, key: string) => Problem | undefined

/** Any value at all. */
export const anything: Shape = () => undefined

/** Text that is not empty. */
export const text: Shape = (value, key) =>
  typeof value === 'string' && value !== '' ? undefined : wants(key, 'text that is not empty', value)

/** Text, which may be empty. */
export const anyText: Shape = (value, key) => (typeof value === 'string' ? undefined : wants(key, 'text', value))

/** True or false. */
export const flag: Shape = (value, key) => (typeof value === 'boolean' ? undefined : wants(key, 'true or false', value))

/** A whole number that is not negative. */
export const count: Shape = (value, key) =>
  Number.isInteger(value) && Number(value) >= 0 ? undefined : wants(key, 'a whole number', value)

/** A function. */
export const callback: Shape = (value, key) =>
  typeof value === 'function' ? undefined : wants(key, 'a function', value)

/** One of a few fixed values. */
export function oneOf(...values: readonly (string | boolean)[]): Shape {
  const written = values.map((value) => (typeof value === 'string' ? `'${value}'` : String(value)))
  return (value, key) => {
    if (values.some((one) => one === value)) return undefined
    const words = values.filter((one) => typeof one === 'string')
    return wants(key, written.join(' or '), value, typeof value === 'string' ? nearNames(value, words) : [])
  }
}

/** An array of things of one shape. */
export function list(item: Shape, atLeast = 0): Shape {
  return (value, key) => {
    if (!Array.isArray(value)) return wants(key, 'an array', value)
    if (value.length < atLeast) return problem(key, `\`${key}\` must not be empty`)
    return first(value, (one, i) => item(one, `${key}[${i}]`))
  }
}

/** An object with some keys that must and some that may be there, and no others. */
export function object(
  required: Readonly<Record<string, Shape>>,
  optional: Readonly<Record<string, Shape>> = {},
): Shape {
  const known = { ...required, ...optional }
  return (value, key) => {
    if (!isObject(value)) return wants(key, 'an object', value)
    const given = Object.entries(value).filter(([, one]) => one !== undefined)
    for (const [name] of given) {
      if (!Object.hasOwn(known, name))
        return problem(`${key}.${name}`, `\`${key}\` has no key \`${name}\``, nearNames(name, Object.keys(known)))
    }
    for (const name of Object.keys(required)) {
      if (value[name] === undefined) return problem(`${key}.${name}`, `\`${key}\` needs \`${name}\``)
    }
    return first(given, ([name, one]) => known[name]!(one, `${key}.${name}`))
  }
}

/** An object whose keys are anybody's, with values of one shape. */
export function record(item: Shape): Shape {
  return (value, key) =>
    isObject(value)
      ? first(Object.entries(value), ([name, one]) => item(one, `${key}.${name}`))
      : wants(key, 'an object', value)
}

/** Text in one place and an object or array in another: the shape that the value's own type asks for. */
export function either(shapes: { text?: Shape; list?: Shape; object?: Shape }, wanted: string): Shape {
  return (value, key) => {
    const shape =
      typeof value === 'string'
        ? shapes.text
        : Array.isArray(value)
          ? shapes.list
          : isObject(value)
            ? shapes.object
            : undefined
    return shape === undefined ? wants(key, wanted, value) : shape(value, key)
  }
}

/** The shape, or null. */
export function orNull(shape: Shape): Shape {
  return (value, key) => (value === null ? undefined : shape(value, key))
}

/** The shape, or nothing. */
export function optional(shape: Shape): Shape {
  return (value, key) => (value === undefined ? undefined : shape(value, key))
}

/** A value JSON can hold. */
export const json: Shape = (value, key) => {
  if (value === null || typeof value === 'string' || typeof value === 'boolean') return undefined
  if (typeof value === 'number' && Number.isFinite(value)) return undefined
  if (Array.isArray(value)) return first(value, (one, i) => json(one, `${key}[${i}]`))
  if (isObject(value)) return first(Object.entries(value), ([name, one]) => json(one, `${key}.${name}`))
  return wants(key, 'a value JSON can hold', value)
}

function wants(key: string, wanted: string, value: unknown, suggestions: readonly string[] = []): Problem {
  return problem(key, `\`${key}\` must be ${wanted}, not ${shown(value)}`, suggestions)
}

function problem(key: string, sentence: string, suggestions: readonly string[] = []): Problem {
  return { key, problem: sentence, suggestions }
}

function shown(value: unknown): string {
  if (Array.isArray(value)) return 'an array'
  if (typeof value === 'string') return value.length > 40 ? 'a longer text' : `'${value}'`
  if (typeof value === 'object' && value !== null)
    return isObject(value) ? 'an object' : `a ${value.constructor?.name ?? 'thing'}`
  return typeof value === 'function' ? 'a function' : String(value)
}

function isObject(value: unknown): value is Record<string, unknown> {
  if (typeof value !== 'object' || value === null) return false
  const prototype: unknown = Object.getPrototypeOf(value)
  // Objects of another realm, such as jest's, are plain too.
  return prototype === null || Object.getPrototypeOf(prototype) === null
}

function first<T>(values: readonly T[], find: (value: T, index: number) => Problem | undefined): Problem | undefined {
  for (const [i, value] of values.entries()) {
    const found = find(value, i)
    if (found !== undefined) return found
  }
  return undefined
}
