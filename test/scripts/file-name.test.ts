import { UsageError } from '../../src/errors'
import { fileName, slugOf } from '../../src/scripts/file-name'

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
