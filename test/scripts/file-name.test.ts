import { UsageError } from '../../src/errors'
import { fileName, inZone, slugOf } from '../../src/scripts/file-name'

test.each([
  ['add email', 'add_email'],
  ['Add  "email" & it\'s index!', 'add_email_it_s_index'],
  ['line one\nline two', 'line_one_line_two'],
  ['Größe für Łódź, smørrebrød', 'grosse_fur_lodz_smorrebrod'],
  ['ümläut', 'umlaut'],
  ['🚀🚀', ''],
  ['  ', ''],
  ['../../etc/passwd', 'etc_passwd'],
  ['add the address of the customer to every invoice', 'add_the_address_of_the_customer_to_every'],
  ['add the address of the customers to every1 invoice', 'add_the_address_of_the_customers_to'],
  ['x'.repeat(5000), 'x'.repeat(40)],
])('the slug of %j is %j', (message, slug) => {
  expect(slugOf(message)).toBe(slug)
})

test.each([
  ['<revision>_<slug>', 'add email', 'a1_add_email'],
  ['<revision>_<slug>', '🚀', 'a1'],
  ['<slug>-<revision>', '🚀', 'a1'],
  ['<year><month><day>_<hour><minute><second>_<revision>', 'add email', '20261120_182507_a1'],
  ['<epoch>-<slug>', 'add email', '1795199107-add_email'],
])('the template %s names %j %s', (template, message, name) => {
  expect(fileName(template, { revision: 'a1', message, at: new Date('2026-11-20T18:25:07.000Z') })).toBe(name)
})

test('an unknown placeholder is named', () => {
  expect(() => fileName('<rev>', { revision: 'a1', message: '' })).toThrow(UsageError)
})

test.each([
  ['Europe/Zurich', '2026-11-20T19:25:07.000+01:00', '2026_19'],
  ['europe/zurich', '2026-11-20T19:25:07.000+01:00', '2026_19'],
  ['America/St_Johns', '2026-11-20T14:55:07.000-03:30', '2026_14'],
  ['UTC', '2026-11-20T18:25:07.000Z', '2026_18'],
  [undefined, '2026-11-20T18:25:07.000Z', '2026_18'],
])('in the time zone %s it is %s', (timeZone, moment, name) => {
  const at = new Date('2026-11-20T18:25:07.000Z')
  expect(inZone(at, timeZone)).toBe(moment)
  expect(Date.parse(inZone(at, timeZone))).toBe(at.getTime())
  expect(fileName('<year>_<hour>', { revision: 'a1', message: '', at, ...(timeZone && { timeZone }) })).toBe(name)
})

test('a time zone that nobody knows is an error', () => {
  expect(() => inZone(new Date(), 'Mars/Olympus')).toThrow('There is no time zone "Mars/Olympus".')
})

test.each([
  ['<year>/<month>/<revision>_<slug>', 'Add email', '2026/11/a1_add_email'],
  ['<slug>/<revision>', '!!!', 'a1'],
  ['<slug>', '!!!', 'a1'],
  ['../<revision>', 'x', 'a1'],
])('%s is a path inside of the folder', (template, message, path) => {
  expect(fileName(template, { revision: 'a1', message, at: new Date('2026-11-20T18:25:07.000Z') })).toBe(path)
})

test('a slug is as long as it may be', () => {
  expect(slugOf('add the email of everybody', 12)).toBe('add_the')
  expect(slugOf('unbelievable', 4)).toBe('unbe')
})
