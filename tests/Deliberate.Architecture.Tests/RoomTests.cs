using System.Xml.Linq;
using Deliberate.Testing;

namespace Deliberate.Architecture.Tests;

/// <summary>
/// The rooms are what docs/architecture.md says: each references what its row names, and shows its internals to those alone that
/// reference it.
/// </summary>
public sealed class RoomTests
{
    private static readonly string[] Roots = ["src", "tests", "benchmarks", "samples"];

    /// <summary>References by project: of all projects of the repository.</summary>
    private static Dictionary<string, string[]> References { get; } = Roots
        .SelectMany(root => Directory.GetFiles(Repository.Path(root), "*.csproj", SearchOption.AllDirectories))
        .ToDictionary(file => Path.GetFileNameWithoutExtension(file), file => XDocument.Load(file).Descendants("ProjectReference").Select(r => Path.GetFileNameWithoutExtension(r.Attribute("Include")!.Value)).ToArray(), StringComparer.Ordinal);

    [Fact]
    public void A_room_references_what_its_row_says()
    {
        var rows = Rows();
        rows.Keys.Order(StringComparer.Ordinal).ShouldBe(Directory.GetDirectories(Repository.Path("src")).Select(d => Path.GetFileName(d)).Order(StringComparer.Ordinal), "Every project of src has a row in docs/architecture.md.");
        foreach (var (room, named) in rows) References[room].Order(StringComparer.Ordinal).ShouldBe(named.Order(StringComparer.Ordinal), $"the references of {room}");
    }

    [Fact]
    public void A_room_knows_only_rooms_above_it()
    {
        var rooms = Rows().Keys.ToList();
        foreach (var (room, named) in Rows())
            foreach (var above in named) rooms.IndexOf(above).ShouldBeInRange(0, rooms.IndexOf(room) - 1, $"{room} references {above}");
    }

    [Fact]
    public void Friends_are_projects_that_reference_the_one_that_grants_it()
    {
        var friends = XDocument.Load(Repository.Path("Directory.Build.targets")).Descendants("ItemGroup").ToArray();
        friends.ShouldNotBeEmpty();
        foreach (var group in friends)
        {
            var room = group.Attribute("Condition")!.Value.Split('\'')[3];
            References.ShouldContainKey(room);
            foreach (var friend in group.Elements("InternalsVisibleTo").SelectMany(e => e.Attribute("Include")!.Value.Split(';')))
            {
                // The program's assembly has the command's name.
                var project = friend == "deliberate" ? "Deliberate.Cli" : friend;
                References.ShouldContainKey(project, $"{room} has a friend that is no project");
                Reaches(project, room).ShouldBeTrue($"{friend} does not reference {room}, which shows it its internals");
            }
        }
    }

    /// <summary>The documentation's table: a row is <c>| `Deliberate.Room` | references | ...</c>.</summary>
    private static Dictionary<string, string[]> Rows() => File.ReadLines(Repository.Path("docs/architecture.md"))
        .Where(line => line.StartsWith("| `Deliberate.", StringComparison.Ordinal))
        .Select(line => line.Split('|', StringSplitOptions.TrimEntries))
        .ToDictionary(cells => cells[1].Trim('`'), cells => cells[2] is "–" ? [] : cells[2].Split(',', StringSplitOptions.TrimEntries).Select(r => $"Deliberate.{r}").ToArray(), StringComparer.Ordinal);

    private static bool Reaches(string from, string to) => References[from].Any(r => r == to || Reaches(r, to));
}
