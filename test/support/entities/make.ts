// Entities as data: a class made of the decorators a user would write on it.
import 'reflect-metadata'
import { Entity, ViewEntity, type EntityOptions } from 'typeorm'

type Decorators = PropertyDecorator | readonly PropertyDecorator[]

/**
 * A decorated class of that name.
 *
 * @example entity('user', { id: PrimaryGeneratedColumn(), name: Column('varchar', { length: 50 }) }, Index(['name']))
 */
export function entity(
  name: string,
  columns: Readonly<Record<string, Decorators>>,
  ...rest: readonly (ClassDecorator | EntityOptions)[]
): new () => object {
  const made = named(name, columns)
  const options = rest.filter((one): one is EntityOptions => typeof one === 'object')
  for (const decorate of rest) if (typeof decorate === 'function') decorate(made)
  Entity(Object.assign({}, ...options) as EntityOptions)(made)
  return made
}

/** A decorated view. */
export function view(
  name: string,
  columns: Readonly<Record<string, Decorators>>,
  options: Parameters<typeof ViewEntity>[1],
): new () => object {
  const made = named(name, columns)
  ViewEntity(options!)(made)
  return made
}

function named(name: string, columns: Readonly<Record<string, Decorators>>): new () => object {
  const made = { [name]: class extends Object {} }[name]!
  for (const [property, decorators] of Object.entries(columns)) {
    for (const decorate of [decorators].flat() as PropertyDecorator[]) decorate(made.prototype as object, property)
  }
  return made
}
