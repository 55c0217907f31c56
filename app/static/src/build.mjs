// Fills app/static/build/: one style sheet, the fonts, the scripts. No bundler: browsers load the modules as they are.
import { createHash } from 'node:crypto'
import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { NodePackageImporter, compile } from 'sass'

const source = dirname(fileURLToPath(import.meta.url))
const build = join(source, '..', 'build')
const modules = join(source, '..', '..', '..', 'node_modules')

const third_party = {
  'govuk-frontend.js': 'govuk-frontend/dist/govuk/govuk-frontend.min.js',
  'htmx.js': 'htmx.org/dist/htmx.min.js',
  'fonts/inter-latin.woff2': '@fontsource-variable/inter/files/inter-latin-wght-normal.woff2',
  'fonts/inter-latin-ext.woff2': '@fontsource-variable/inter/files/inter-latin-ext-wght-normal.woff2'
}
const libraries = ['govuk-frontend', '@ministryofjustice/frontend', 'htmx.org', '@fontsource-variable/inter']

// MOJ Frontend still uses a mixin that GOV.UK Frontend is retiring: not ours to mend, every other warning is.
function warn (message) {
  if (!message.includes('`govuk-text-colour` mixin')) console.warn(message)
}

function styles () {
  const { css } = compile(join(source, 'jalon.scss'), {
    style: 'compressed',
    loadPaths: [modules, dirname(modules)],
    importers: [new NodePackageImporter()],
    quietDeps: true,
    logger: { warn }
  })
  writeFileSync(join(build, 'jalon.css'), css)
}

function withoutSourceMap (text) {
  return text.replace(/\n?\/\/# sourceMappingURL=.*\s*$/, '\n')
}

// A module imported by another has no address of its own in the page: its import carries the digest
// of all of them, so that a cached module never meets a newer neighbour.
function scripts () {
  const own = readdirSync(join(source, 'js')).map(name => [name, readFileSync(join(source, 'js', name), 'utf8')])
  const library = withoutSourceMap(readFileSync(join(modules, third_party['govuk-frontend.js']), 'utf8'))
  const digest = createHash('sha256').update(library + own.map(([, text]) => text).join('')).digest('hex').slice(0, 12)
  for (const [name, text] of own) {
    writeFileSync(join(build, name), text.replace(/(from '\.\/[\w-]+\.js)'/g, `$1?v=${digest}'`))
  }
  writeFileSync(join(build, 'govuk-frontend.js'), library)
  writeFileSync(join(build, 'htmx.js'), withoutSourceMap(readFileSync(join(modules, third_party['htmx.js']), 'utf8')))
}

function licence (library) {
  const about = JSON.parse(readFileSync(join(modules, library, 'package.json'), 'utf8'))
  const file = join(modules, library, 'LICENSE')
  const author = about.author?.name ?? about.author ?? ''
  const title = `${about.name} ${about.version}, ${about.license}, ${author}`
  return existsSync(file) ? `${title}\n\n${readFileSync(file, 'utf8')}` : title
}

function copies () {
  for (const [name, path] of Object.entries(third_party)) {
    if (name.startsWith('fonts/')) cpSync(join(modules, path), join(build, name))
  }
  for (const name of readdirSync(join(source, 'images'))) cpSync(join(source, 'images', name), join(build, name))
  writeFileSync(join(build, 'licences.txt'), libraries.map(licence).join('\n\n----\n\n'))
}

rmSync(build, { recursive: true, force: true })
mkdirSync(join(build, 'fonts'), { recursive: true })
styles()
scripts()
copies()
