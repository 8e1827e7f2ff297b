import { NestFactory } from '@nestjs/core'
import { join } from 'node:path'
import { DataSource } from 'typeorm'
import { upgrade } from 'typeorm-autogen'
import { AppModule } from './app.module'
import { CatsService } from './cats/cats.service'

async function bootstrap() {
  const app = await NestFactory.createApplicationContext(AppModule, { logger: ['error', 'warn'] })
  await upgrade({ dataSource: app.get(DataSource), migrations: join(__dirname, 'migrations'), logger: console })

  const cats = app.get(CatsService)
  await cats.create('Tom', 3)
  console.log(await cats.findAll())
  await app.close()
}

void bootstrap()
