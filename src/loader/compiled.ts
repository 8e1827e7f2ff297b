// What compiled user files call while they run. Put on globalThis once, so that no user file needs an import of ours.
/// <reference types="reflect-metadata" />

/** The key under which compiled files find this module. */
export const runtimeKey = 'typeorm-autogen.loader'

/** Puts the functions that compiled files call on globalThis. */
export function installRuntime(): void {
  Object.defineProperty(globalThis, Symbol.for(runtimeKey), {
    value: { metadata, declare, optional },
    configurable: true,
  })
}

/** Records what a decorated property, parameter list or result is, as tsc does, even where the class does not exist yet. */
export function metadata(key: string, read: () => unknown): unknown {
  if (typeof Reflect.metadata !== 'function') return undefined
  return Reflect.metadata(key, key === 'design:paramtypes' ? parameterTypes(read) : typeOf(attempt(read), key))
}

/** Gives a decorated property without a type annotation the type tsc gives it. */
export function declare(target: object, property: string | symbol): void {
  if (typeof Reflect.hasOwnMetadata !== 'function') return
  if (!Reflect.hasOwnMetadata('design:type', target, property)) {
    Reflect.defineMetadata('design:type', Object, target, property)
  }
}

/** Requires a module that may hold nothing but types, and then need not exist. */
export function optional(load: () => unknown, file: string): unknown {
  try {
    return load()
  } catch (error) {
    const { code, requireStack } = error as { code?: string; requireStack?: readonly string[] }
    if (code === 'ERR_PACKAGE_PATH_NOT_EXPORTED') return {}
    if (code === 'MODULE_NOT_FOUND' && requireStack?.[0] === file) return {}
    throw error
  }
}

// In a circle of imports a class is read before it is defined. Relations name their target in an arrow, so Object is no loss.
function attempt(read: () => unknown): unknown {
  try {
    return read()
  } catch {
    return Object
  }
}

function parameterTypes(read: () => unknown): unknown[] {
  const types = attempt(read)
  return Array.isArray(types) ? types.map((type) => typeOf(type, 'design:paramtypes')) : []
}

function typeOf(value: unknown, key: string): unknown {
  if (typeof value === 'function') return value
  if (typeof value === 'string') return String
  if (typeof value === 'number') return Number
  if (typeof value === 'object' && value !== null) return enumType(value)
  return key === 'design:returntype' ? undefined : Object
}

// An imported enum is there as an object; tsc, which sees its declaration, writes String or Number.
function enumType(members: object): unknown {
  const values = Object.entries(members)
    .filter(([name]) => String(Number(name)) !== name)
    .map(([, value]) => typeof value)
  if (values.length > 0 && values.every((type) => type === 'string')) return String
  if (values.length > 0 && values.every((type) => type === 'number')) return Number
  return Object
}
