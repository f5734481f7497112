using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using System.Text;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace Deliberate.Harness
{
    /// <summary>What came of it: an assembly, or why there is none; and of each test why it does not compile, null where it does.</summary>
    internal sealed record Compiled(string? Error, byte[]? Assembly, string?[] Tests);

    /// <summary>
    /// Makes one script of what stands before a program, the program and its tests. Each part has to be whole by itself, so that a program
    /// cannot end in a comment or a condition that swallows its tests; and a test asserts by the harness's own method, whatever the program
    /// calls by that name.
    /// </summary>
    internal sealed class ScriptCompiler(string frameworkFolder, string harness)
    {
        private static readonly string[] Usings = ["System", "System.Collections.Generic", "System.IO", "System.Linq", "System.Text", "System.Text.RegularExpressions", "System.Threading", "System.Threading.Tasks"];

        private static readonly CSharpParseOptions Script = CSharpParseOptions.Default.WithKind(SourceCodeKind.Script).WithLanguageVersion(LanguageVersion.Latest).WithPreprocessorSymbols("DEBUG");

        private readonly MetadataReference[] _references = [.. Directory.GetFiles(frameworkFolder, "*.dll")
            .Where(file => Path.GetFileName(file) is var name && !name.Contains(".Native.") && (name.StartsWith("System.") || name is "mscorlib.dll" or "netstandard.dll" or "Microsoft.CSharp.dll"))
            .Append(harness).Select(file => (MetadataReference)MetadataReference.CreateFromFile(file))];

        public Compiled Compile(string setup, string program, IReadOnlyList<string> tests, string name)
        {
            var (usings, body) = (new StringBuilder(), new StringBuilder());
            foreach (var (part, text) in new[] { ("setup", setup), ("program", program) })
            {
                var tree = CSharpSyntaxTree.ParseText(text, Script, part);
                if (FirstError(tree.GetDiagnostics()) is { } error) return new(error, null, new string?[tests.Count]);
                Add(tree, part, usings, body);
            }

            var (problems, methods) = (new string?[tests.Count], new string?[tests.Count]);
            for (var i = 0; i < methods.Length; i++)
            {
                try
                {
                    methods[i] = TestMethod.Of(tests[i], name + i, Script);
                }
                catch (FormatException error)
                {
                    problems[i] = error.Message;
                }
            }

            // A test that does not fit the program (it calls what is not there) leaves the others their verdicts: once more without it.
            while (true)
            {
                var text = new StringBuilder().Append(usings).Append(body);
                for (var i = 0; i < methods.Length; i++)
                    if (problems[i] is null) text.Append("\n#line 1 \"test ").Append(i).Append("\"\n").Append(methods[i]).Append('\n');
                var compilation = CSharpCompilation.CreateScriptCompilation("program", CSharpSyntaxTree.ParseText(text.ToString(), Script), _references,
                    new CSharpCompilationOptions(OutputKind.DynamicallyLinkedLibrary, usings: Usings, optimizationLevel: OptimizationLevel.Release, allowUnsafe: true, concurrentBuild: false));
                using var assembly = new MemoryStream();
                var result = compilation.Emit(assembly);
                if (result.Success) return new(null, assembly.ToArray(), problems);
                var isMended = false;
                foreach (var error in result.Diagnostics.Where(d => d.Severity == DiagnosticSeverity.Error))
                {
                    var place = error.Location.GetMappedLineSpan().Path ?? "";
                    if (!place.StartsWith("test ") || !int.TryParse(place.AsSpan(5), out var at) || problems[at] is not null) continue;
                    problems[at] = $"{error.Id}: {error.GetMessage()}";
                    isMended = true;
                }

                if (!isMended) return new(FirstError(result.Diagnostics) ?? "it does not compile", null, problems);
            }
        }

        private static string? FirstError(IEnumerable<Diagnostic> diagnostics)
        {
            if (diagnostics.FirstOrDefault(d => d.Severity == DiagnosticSeverity.Error) is not { } error) return null;
            var place = error.Location.GetMappedLineSpan();
            return $"{error.Id}: {error.GetMessage()} ({place.Path}, line {place.StartLinePosition.Line + 1})";
        }

        /// <summary>A script's usings stand at its beginning: those of each part are moved there, and blank where they were.</summary>
        private static void Add(SyntaxTree tree, string part, StringBuilder usings, StringBuilder body)
        {
            var text = tree.ToString().ToCharArray();
            var root = (CompilationUnitSyntax)tree.GetRoot();
            foreach (var directive in root.Usings)
            {
                usings.Append("#line ").Append(tree.GetLineSpan(directive.Span).StartLinePosition.Line + 1).Append(" \"").Append(part).Append("\"\n").Append(directive).Append('\n');
                for (var i = directive.SpanStart; i < directive.Span.End; i++)
                    if (text[i] != '\n') text[i] = ' ';
            }

            body.Append("\n#line 1 \"").Append(part).Append("\"\n").Append(text);
            // A script may end in an expression; this one goes on.
            if (root.Members.LastOrDefault() is GlobalStatementSyntax { Statement: ExpressionStatementSyntax { SemicolonToken.IsMissing: true } }) body.Append(';');
            body.Append('\n');
        }
    }
}
