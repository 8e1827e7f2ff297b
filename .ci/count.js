// Prints `passed failed` of a jest run; whatever was skipped, or never began, has failed.
'use strict'

const { readFileSync } = require('node:fs')

const [file, exitCode] = process.argv.slice(2)
const result = JSON.parse(readFileSync(file, 'utf8'))
const notRun = result.numPendingTests + result.numTodoTests + result.numRuntimeErrorTestSuites
if (notRun > 0) {
  for (const { name, assertionResults } of result.testResults) {
    const skipped = assertionResults.filter(({ status }) => status !== 'passed' && status !== 'failed')
    for (const { fullName } of skipped) process.stderr.write(`not run: ${name}: ${fullName}\n`)
  }
}
const failed = result.numFailedTests + notRun
// An exit code without a failed test is a failure of its own, and so is a run of no test at all.
const silent = failed === 0 && (exitCode !== '0' || result.numPassedTests === 0) ? 1 : 0
process.stdout.write(`${result.numPassedTests} ${failed + silent}\n`)
