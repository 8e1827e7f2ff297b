import { callerLine, sourceLine } from '../../src/operations/source-line'

test.each([
  ['    at upgrade (/app/migrations/1_a.ts:12:6)', '/app/migrations/1_a.ts', 12, 6],
  ['    at /app/migrations/1_a.ts:3:1', '/app/migrations/1_a.ts', 3, 1],
  ['    at async /app/migrations/1_a.ts:3:1', '/app/migrations/1_a.ts', 3, 1],
  ['    at async Object.upgrade (file:///app/my%20migrations/1_a.mjs:3:1)', '/app/my migrations/1_a.mjs', 3, 1],
  ['    at exports.upgrade [as up] (/app/(group)/1_a.js:3:1)', '/app/(group)/1_a.js', 3, 1],
  ['    at upgrade (C:\\app\\1_a.ts:12:6)', 'C:\\app\\1_a.ts', 12, 6],
])('%s is a line of a script', (frame, file, line, column) => {
  expect(sourceLine(frame)).toEqual({ file, line, column })
})

test.each([
  'Error',
  '    at Array.forEach (<anonymous>)',
  '    at process.processTicksAndRejections (node:internal/process/task_queues:105:5)',
  '    at eval (eval at load (/app/x.js:1:1), <anonymous>:1:1)',
])('%s is not', (frame) => {
  expect(sourceLine(frame)).toBeUndefined()
})

test('the caller of a method is found behind what Node calls in between, and stacks are as long as they were', () => {
  const { stackTraceLimit } = Error
  const method = () => callerLine(method)
  const [line] = [1].map(method)
  expect(line?.file).toBe(__filename)
  expect(Error.stackTraceLimit).toBe(stackTraceLimit)
})
