// The public surface: if a name is not here it is not public, and adding one is a decision somebody sees.
import { join } from 'node:path'
import * as ts from 'typescript'

const entries = { index: join(__dirname, '../src/index.ts'), runtime: join(__dirname, '../src/runtime.ts') }
const program = ts.createProgram(Object.values(entries), {
  module: ts.ModuleKind.NodeNext,
  moduleResolution: ts.ModuleResolutionKind.NodeNext,
  noLib: true,
})

test('typeorm-autogen exports these values', () => {
  expect(exportsOf('index', ts.SymbolFlags.Value)).toMatchInlineSnapshot(`
   "AheadError AlreadyAppliedError AmbiguousRebaseError AmbiguousRevisionError AmbiguousWalkError
   ApplyError ArgumentError AuthenticationFailedError AutogenError BackupError BatchKeyError
   ConcurrentlyInTransactionError ConnectionLostError DataSourceExportError DatabaseNotFoundError
   DatabaseRefusedError DatabaseUnreachableError DependencyCycleError DependencyLoopError DivergedError
   DriverNotInstalledError DuplicateLabelError DuplicateRevisionError DuplicateTargetError
   EntityLoadError FileChangedError FileLoadError FileRefusedError FillInError FilterError
   ForeignKeyMismatchError ForeignKeyViolationError FormatError HalfDoneError HiddenTableError
   HookError InterruptedError InvalidEntityError InvalidSettingsError InvalidUrlError IrreversibleError
   IrreversibleRevisionError LockLostError LockTimeoutError MalformedLabelError
   MalformedRevisionIdError MalformedTargetError MigrationExportError MigrationFailedError
   MigrationFileExistsError MigrationSyntaxError MigrationsFolderNotFoundError MisplacedCallError
   MissingDependencyError MissingParentError MissingRevisionError MissingTargetError
   MissingUpgradeError MultipleHeadsError NameTakenError NamedFileNotFoundError NoAddressError
   NoCastError NoCompilerError NoEntitiesError NoWayBackError NotAtHeadError NotInBranchError
   NotResumableError NothingSharedError NothingToRepairError OfflineError OpenTransactionError
   OtherFileError OverlappingTargetsError OvertakenError PoolerError PreloadNotFoundError
   ProtectedDatabaseError RangeExpectedError RangeNotAllowedError RangeNotAncestorError
   RebaseCycleError RebaseMergeError ReplayFailedError RevisionCycleError RevisionLoopError
   RevisionNotFoundError RewriteError RowsInTheWayError RowsLostError RuleError ScratchUnavailableError
   SettingsNotFoundError SeveralProblemsError SharedNameError SingleTransactionError
   SkippedRevisionsError SourceSyntaxError StepOutOfOrderError StillReferencedError TableMovedError
   TemplateError TransactionControlError TwoTypeormsError TypeImportedAsValueError TypeormNotFoundError
   UnansweredRenameError UnawaitedError UnknownColumnTypesError UnknownCurrentRevisionError
   UnprintableValueError UnreadableSchemaError UnsupportedDriverError UnsupportedOperationError
   UnwritableParentError UsageError VersionMovedError WaitTimeoutError WalkTooFarError WriteHookError
   WrongDirectionError apply asFunction branches check current defineCommand defineConfig
   defineOperation describe diff downgrade edit emptySchema ensureVersion exitCodes heads history init
   listTemplates match merge rebase repair resolve reverse reverseAll revision rewriteEach sameSchema
   show stamp switchBranch upgrade version wait
   "
  `)
})

test('typeorm-autogen exports these types', () => {
  expect(exportsOf('index', ts.SymbolFlags.Type & ~ts.SymbolFlags.Class)).toMatchInlineSnapshot(`
   "AnyOperation Applied ApplyListener Around BranchPoint BranchesOptions BranchesResult Check
   CheckOptions CheckResult Column ColumnType CommandContext CommandEvent CommandSession ConnectionLoss
   CurrentOptions CurrentResult Declaration Deferrable Dialect DowngradeOptions EachHandlers
   EditOptions EditResult EnsureVersionOptions EnsureVersionResult EnumReference EnumType Example
   Exclusion ExitCode Expression Extension Finding Flag ForeignKey ForeignKeyAction Generated Handlers
   Head HeadFacts HeadsOptions HeadsResult HistoryOptions HistoryResult HookMigration HookRunFacts
   HookRunResult Hooks Identity IncludedName IncludedObject Index IndexElement IndexElementOptions
   InitOptions InitResult Intent IntentMap Json Kind ListTemplatesResult Listed Listener Literal Logger
   MergeOptions MigrationFailure MigrationModule MigrationScript MigrationsSetting MoveResult NamedPart
   NoRepair Op Operation OperationCall OperationDefinition OperationMap OperationOf OperationsOf Out
   OwnCall OwnCommand OwnIntent OwnOperations Paint Positional PrimaryKey Problem ProjectOptions
   ProjectSettings QualifiedName Queryable RebaseOptions RebaseResult RenameCandidate RenameListener
   RenameQuestion RepairOptions RepairResult Revision RevisionFile RevisionGraph RevisionOptions
   RevisionPlace RevisionResult Rewrite RewriteAnswer RewriteContext Rewritten RowsInTheWay Rule
   SchemaModel SchemaOp ScriptParts ScriptTemplate Sequence Settings Shape ShowOptions ShowResult Shown
   SourceAndCompiled StampOptions StampResult Step SwitchOptions SwitchResult Table TableOptions
   TableRows Template Typed UnansweredRename Unique UpgradeOptions Verbatim View WaitOptions WaitResult
   WriteCommand WriteHook
   "
  `)
})

test('typeorm-autogen/runtime exports these values', () => {
  expect(exportsOf('runtime', ts.SymbolFlags.Value)).toMatchInlineSnapshot(`
   "AutogenError current defineOperation downgrade stamp upgrade wait
   "
  `)
})

test('typeorm-autogen/runtime exports these types', () => {
  expect(exportsOf('runtime', ts.SymbolFlags.Type & ~ts.SymbolFlags.Class)).toMatchInlineSnapshot(`
   "Applied ApplyListener HookMigration HookRunFacts HookRunResult Hooks Logger MigrationModule Op
   OperationDefinition OperationsOf OwnOperations
   "
  `)
})

function exportsOf(entry: keyof typeof entries, flags: ts.SymbolFlags): string {
  const checker = program.getTypeChecker()
  const file = checker.getSymbolAtLocation(program.getSourceFile(entries[entry]) as ts.SourceFile)
  return checker
    .getExportsOfModule(file as ts.Symbol)
    .filter((symbol) => resolved(checker, symbol).flags & flags)
    .map(({ name }) => name)
    .sort()
    .join(' ')
    .replace(/(.{1,100})( |$)/g, '$1\n')
}

function resolved(checker: ts.TypeChecker, symbol: ts.Symbol): ts.Symbol {
  return symbol.flags & ts.SymbolFlags.Alias ? checker.getAliasedSymbol(symbol) : symbol
}
