using System.Reflection;

namespace Deliberate.Library.Tests;

/// <summary>
/// Every library shows what its text in PublicApi says, and nothing else: what is public is a promise, and changes to it are
/// seen in review.
/// </summary>
public sealed class PublicApiTests
{
    public static TheoryData<string> Libraries => ["Deliberate.Core", "Deliberate.Tensors", "Deliberate.Jinja", "Deliberate.Models", "Deliberate.Reasoning", "Deliberate.Reports", "Deliberate.Training", "Deliberate.Evaluation", "Deliberate.Safety", "Deliberate.Studies", "Deliberate.Server"];

    [Theory]
    [MemberData(nameof(Libraries))]
    public void A_library_shows_what_was_agreed(string library)
    {
        var actual = PublicSurface.Of(Assembly.Load(library));
        var file = $"tests/Deliberate.Library.Tests/PublicApi/{library}.txt";
        if (Repository.Updates) File.WriteAllText(Repository.Path(file), actual);
        var agreed = File.Exists(Repository.Path(file)) ? Repository.Read(file) : "";
        if (actual == agreed) return;
        var (before, after) = (Lines(agreed), Lines(actual));
        var difference = before.Except(after).Select(l => "- " + l).Concat(after.Except(before).Select(l => "+ " + l)).Order(Comparer<string>.Create((a, b) => string.CompareOrdinal(a[2..], b[2..])));
        Assert.Fail($"The public surface of {library} is not that of {file}:\n{string.Join('\n', difference)}\nWhere that is meant, write it anew and commit it: {Repository.HowToUpdate} -- --filter-class \"*PublicApiTests\"");
    }

    [Fact]
    public void Every_public_type_is_described()
    {
        var missing = new List<string>();
        foreach (var library in Libraries.Select(row => row.Data))
        {
            var described = File.ReadAllText(Path.ChangeExtension(Assembly.Load(library).Location, ".xml"));
            foreach (var type in PublicSurface.Types(Assembly.Load(library)))
                if (!described.Contains($"\"T:{type.FullName!.Replace('+', '.')}\"", StringComparison.Ordinal)) missing.Add(type.FullName!);
        }

        missing.ShouldBeEmpty();
    }

    /// <summary>Each member after its type, so that a difference says where it is.</summary>
    private static List<string> Lines(string surface)
    {
        var type = "";
        return [.. surface.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => line[0] == ' ' ? $"{type}: {line.Trim()}" : type = line)];
    }
}
