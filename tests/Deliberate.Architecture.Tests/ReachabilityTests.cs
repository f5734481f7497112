using System.Text.RegularExpressions;
using Deliberate.Testing;

namespace Deliberate.Architecture.Tests;

/// <summary>
/// A class that only tests call is not a feature: every type of the program can be had from where it begins, from the samples of
/// the guide, or is a public one that a guide names.
/// </summary>
public sealed partial class ReachabilityTests
{
    [Fact]
    public void Every_type_is_reached_from_the_program_the_samples_or_a_guide()
    {
        using var graph = new TypeGraph(Assemblies("deliberate.dll", "Deliberate.*.dll", "ModelOnTheWeb.dll", "OwnFamily.dll", "OwnObjective.dll", "UsingTheLibrary.dll"));
        var words = Directory.GetFiles(Repository.Path("docs"), "*.md").SelectMany(file => Word().Matches(File.ReadAllText(file)).Select(m => m.Value)).ToHashSet(StringComparer.Ordinal);
        var samples = graph.Types.Where(t => !t.Namespace.StartsWith("Deliberate", StringComparison.Ordinal)).Select(t => t.FullName).Where(name => name != graph.EntryPoint);
        var documented = graph.Types.Where(t => t.IsPublic && words.Contains(t.Name.Split('`')[0])).Select(t => t.FullName);
        var reached = graph.Reached([graph.EntryPoint, .. samples, .. documented]);
        var lonely = graph.Types.Where(t => !reached.Contains(t.FullName)).Select(t => t.FullName).Order(StringComparer.Ordinal);
        lonely.ShouldBeEmpty("Wire a type to a recipe, a command, a page or the documented library, or delete it.");
        TestContext.Current.SendDiagnosticMessage($"{graph.Types.Count} types, {reached.Count} names reached.");
    }

    private static IEnumerable<string> Assemblies(params string[] patterns) =>
        patterns.SelectMany(pattern => Directory.GetFiles(AppContext.BaseDirectory, pattern)).Where(f => !f.EndsWith("Tests.dll", StringComparison.Ordinal) && !f.EndsWith("Testing.dll", StringComparison.Ordinal)).Distinct();

    [GeneratedRegex(@"\b[A-Z]\w+")]
    private static partial Regex Word();
}
