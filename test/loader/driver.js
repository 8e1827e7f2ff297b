// Loads a user's files with the built loader, in a process of its own, and prints what it got as JSON.
'use strict'

const { join } = require('node:path')
const { dist, action, options } = JSON.parse(process.argv[2])
const { loadModule, prepareGlobs, registerLoader } = require(join(dist, 'loader/register'))

const actions = {
  /** The columns of a data source, as its driver spells them. */
  async columns({ file, register }) {
    const choice = register && (await registerLoader(register))
    const dataSource = (await loadModule(file)).default
    await prepareGlobs(dataSource.options.entities, join(file, '..'))
    await dataSource.buildMetadatas()
    const columns = dataSource.entityMetadatas.flatMap((metadata) =>
      metadata.columns.map((column) => [
        `${metadata.name}.${column.databaseName}`,
        dataSource.driver.normalizeType(column),
      ]),
    )
    return { choice, columns: Object.fromEntries(columns), ...compilers() }
  },

  /** The names a module exports, its plain values, and its functions' results. */
  async exports({ file, register }) {
    if (register) await registerLoader(register)
    return evaluated(await loadModule(file))
  },

  /** The same of several. */
  async exportsOfAll({ files }) {
    const all = []
    for (const file of files) all.push(evaluated(await loadModule(file)))
    return { all }
  },

  /** What one export comes to. */
  async awaited({ file, name }) {
    return { value: await (await loadModule(file))[name] }
  },

  /** What the loader says of a data source's unknown column types. */
  async unknown({ file }) {
    const { unknownColumnTypes, assertColumnTypes } = require(join(dist, 'entities/column-types'))
    const dataSource = (await loadModule(file)).default
    const error = await dataSource.buildMetadatas().catch((error) => error)
    const columns = unknownColumnTypes(dataSource)
    assertColumnTypes(dataSource)
    return { columns, error: error?.message }
  },

  /** Every typeorm at work once the file is loaded. */
  async typeorms({ file, files }) {
    const { assertSingleTypeorm, findTypeormCopies } = require(join(dist, 'loader/typeorm'))
    await loadModule(file)
    const copies = findTypeormCopies(files)
    assertSingleTypeorm(files)
    return { copies }
  },

  /** The typeorm of a folder. */
  async typeorm({ folder }) {
    return { typeorm: require(join(dist, 'loader/typeorm')).resolveTypeorm(folder) }
  },
}

function evaluated(exports) {
  return Object.fromEntries(
    Object.entries(exports).map(([name, value]) => [name, typeof value === 'function' ? value() : value]),
  )
}

function compilers() {
  const loaded = Object.keys(require.cache)
  return {
    swc: loaded.some((file) => /@swc[\\/]core/.test(file)),
    typescript: loaded.some((file) => /[\\/]typescript[\\/]lib/.test(file)),
    hooks: loaded.some((file) => /loader[\\/]hooks\.js$/.test(file)),
  }
}

actions[action](options).then(
  (result) => console.log(JSON.stringify(result)),
  (error) => {
    console.log(JSON.stringify({ failed: { ...error, message: error.message, name: error.name, stack: error.stack } }))
  },
)
