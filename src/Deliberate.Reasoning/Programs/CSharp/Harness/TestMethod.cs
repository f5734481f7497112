using System;
using System.Linq;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace Deliberate.Harness
{
    /// <summary>
    /// A test as a method of its script: an expression that has to be true (<c>F(2) == 5</c>), or statements that throw where the program is
    /// wrong (<c>Assert(F(2) == 5);</c>, of System.Diagnostics' Debug and Trace too).
    /// </summary>
    internal static class TestMethod
    {
        /// <exception cref="FormatException">It is neither.</exception>
        public static string Of(string test, string name, CSharpParseOptions options)
        {
            // An expression that ends in a semicolon is meant as one.
            var expression = SyntaxFactory.ParseExpression(test.TrimEnd().TrimEnd(';'), options: options, consumeFullText: true);
            if (!expression.ContainsDiagnostics && !IsAwaiting(expression)) return $"bool {name}() {{ return global::Deliberate.Harness.Judge.Holds(() => {Asserting.In(expression)}\n); }}";
            if (!expression.ContainsDiagnostics) return $"async System.Threading.Tasks.Task<bool> {name}() {{ return {Asserting.In(expression)}\n; }}";
            var tree = CSharpSyntaxTree.ParseText(test + "\n;", options);
            var root = (CompilationUnitSyntax)tree.GetRoot();
            if (tree.GetDiagnostics().FirstOrDefault(d => d.Severity == DiagnosticSeverity.Error) is { } error) throw new FormatException($"{error.Id}: {error.GetMessage()}");
            if (root.Usings.Count > 0) throw new FormatException("usings of tests stand in setup");
            return $"{(IsAwaiting(root) ? "async System.Threading.Tasks.Task<bool>" : "bool")} {name}() {{ {Asserting.In(root)}\nreturn true; }}";
        }

        private static bool IsAwaiting(SyntaxNode node) => node.DescendantNodesAndSelf(inner => inner is not (LocalFunctionStatementSyntax or LambdaExpressionSyntax or MethodDeclarationSyntax)).Any(inner => inner is AwaitExpressionSyntax);

        private sealed class Asserting : CSharpSyntaxRewriter
        {
            public static string In(SyntaxNode node) => new Asserting().Visit(node).ToFullString();

            public override SyntaxNode? VisitInvocationExpression(InvocationExpressionSyntax node)
            {
                var called = (InvocationExpressionSyntax)base.VisitInvocationExpression(node)!;
                return called.Expression.ToString() is "Assert" or "Debug.Assert" or "Trace.Assert" or "System.Diagnostics.Debug.Assert" or "System.Diagnostics.Trace.Assert"
                    ? called.WithExpression(SyntaxFactory.ParseExpression("global::Deliberate.Harness.Judge.Assert").WithTriviaFrom(called.Expression)) : called;
            }
        }
    }
}
