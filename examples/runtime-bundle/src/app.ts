// A desktop application: it brings its database up to date, and then uses it.
import { current, upgrade } from 'typeorm-autogen/runtime'
import dataSource from './data-source'
import { migrations } from './migrations'
import { Note } from './note'

async function main() {
  await dataSource.initialize()
  await upgrade({ dataSource, migrations, logger: console })
  const { heads } = await current({ dataSource, migrations })

  const notes = dataSource.getRepository(Note)
  await notes.save({ text: 'It runs.' })
  console.log(`${await notes.count()} notes in a database at ${heads.join(', ')}`)
  await dataSource.destroy()
}

main().catch((error) => {
  console.error(error)
  process.exit(1)
})
