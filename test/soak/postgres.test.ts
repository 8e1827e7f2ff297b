// Random entities become other random entities on a real server, with rows in the tables, and come back.
import { randomPair, type Pair } from '../support/random-entities/edit'
import { printClasses } from '../support/random-entities/classes'
import { randomFrom } from '../support/random-entities/random'
import { binVehicle } from './bin'
import { openOracle } from './oracle'
import { plan } from './plan'
import { regressions } from './regressions'
import { shrink } from './shrink'
import { openWalker, type Walker } from './walk'

jest.setTimeout(plan.milliseconds + 600_000)

const seeded = (seed: number): Pair => randomPair(randomFrom(seed))

/** Of eight pairs one is looked at everywhere. */
const looks = [undefined, 'less', 'least', 'less', 'least', 'less', 'least', 'least'] as const

// While one waits for its server the other has work to do; and neither may see the other.
let walkers: Walker[] = []
let walker: Walker
beforeAll(async () => {
  walkers = [await openWalker(), await openWalker()]
  walker = walkers[0]!
})
afterAll(() => Promise.all(walkers.map((one) => one.close())))

test.each(regressions)('$name', async ({ pair }) => {
  expect(await walker.walk(pair)).toEqual([])
})

test(`random entities become others and come back (${plan.said})`, async () => {
  const end = performance.now() + plan.milliseconds
  const started = performance.now()
  const failures: string[] = []
  let walked = 0
  const walkOn = async (walker: Walker) => {
    while (walked < plan.pairs && performance.now() < end && failures.length < 10) {
      const at = walked++
      const seed = plan.seed + at
      const pair = seeded(seed)
      const look = looks[at % looks.length]
      const problems = await walker.walk(pair, look === undefined ? {} : { look })
      if (problems.length > 0) failures.push(`AUTOGEN_SEED=${seed}\n${await explain(walker, pair, problems)}`)
    }
  }
  await Promise.all(walkers.map(walkOn))
  const seconds = (performance.now() - started) / 1000
  tell(
    `${walked} pairs with ${sum(walkers.map(({ rows }) => rows))} rows in ${seconds.toFixed(1)} s from seed ${plan.seed}: ${phases(walkers)}`,
  )
  expect(failures.join('\n\n')).toBe('')
})

test(`TypeORM's own builder finds no more fault with them than with its own (${plan.oracle} of the same)`, async () => {
  const oracle = await openOracle()
  const failures: string[] = []
  let asked = 0
  for (let index = 0; index < plan.oracle; index++) {
    const seed = plan.seed + index
    // Names that are left alone are what it would complain of.
    const pair = { ...seeded(seed), names: true, bystanders: false }
    const problems = await walker.walk(pair, {
      async lookAround() {
        const complaints = await oracle.complaints(walker.url, pair.to, pair)
        asked += complaints === undefined ? 0 : 1
        return complaints ?? []
      },
    })
    if (problems.length > 0) failures.push(`AUTOGEN_SEED=${seed}\n${problems.join('\n')}\n${printClasses(pair.to)}`)
  }
  await oracle.close()
  tell(`TypeORM was asked about ${asked} of ${plan.oracle}; the others it could not make itself.`)
  expect(failures.join('\n\n')).toBe('')
})

test(`the same through the real command (${plan.bin} pairs)`, async () => {
  const started = performance.now()
  const failures: string[] = []
  for (let index = 0; index < plan.bin; index++) {
    const seed = plan.seed + 1_000_000 + index
    const pair = seeded(seed)
    const vehicle = binVehicle(walker.url, pair)
    const problems = await walker.walk(pair, { vehicle })
    if (problems.length > 0)
      failures.push(
        `seed ${seed}\n${problems.join('\n')}\n${printClasses(pair.from)}\n// becomes\n${printClasses(pair.to)}`,
      )
    vehicle.remove()
  }
  tell(
    `${plan.bin} pairs through the bin in ${((performance.now() - started) / 1000).toFixed(1)} s from seed ${plan.seed + 1_000_000}`,
  )
  expect(failures.join('\n\n')).toBe('')
})

function tell(text: string): void {
  process.stderr.write(`${text}\n`)
}

/** Where the time went, on both ways together: what one waits for is the other's work. */
function phases(walkers: readonly Walker[]): string {
  const names = new Set(walkers.flatMap(({ spent }) => Object.keys(spent)))
  return [...names]
    .map((name) => [name, sum(walkers.map(({ spent }) => spent[name] ?? 0))] as const)
    .sort(([, a], [, b]) => b - a)
    .map(([phase, milliseconds]) => `${phase} ${(milliseconds / 1000).toFixed(1)}`)
    .join(', ')
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, number) => total + number, 0)
}

/** The smallest pair that fails in the same way, to be kept as a regression, and what a person would have written. */
async function explain(walker: Walker, pair: Pair, problems: readonly string[]): Promise<string> {
  const kind = kindOf(problems)
  const smallest = await shrink(pair, async (smaller) => kindOf(await walker.walk(smaller)) === kind)
  const found = await walker.walk(smallest)
  return [
    ...(found.length > 0 ? found : problems),
    JSON.stringify(smallest),
    printClasses(smallest.from),
    '// becomes',
    printClasses(smallest.to),
  ].join('\n')
}

/** What of a problem stays the same in a smaller pair: where it was, and what was said without the names. */
function kindOf(problems: readonly string[]): string {
  const [line = ''] = problems.filter((problem) => !problem.startsWith('/**')).slice(-1)
  return line
    .split('\n')[0]!
    .replace(/"[^"]*"|`[^`]*`|\d+|Revision \w+/g, '')
    .slice(0, 60)
}
