using System.Text;

namespace Deliberate.Training;

/// <summary>The names of other programs as tables in Markdown: those of docs/from-trl-and-verl.md, which a test holds to the lists.</summary>
internal static class NamesTable
{
    public static string Markdown()
    {
        var page = new StringBuilder();
        foreach (var program in ForeignProgram.All)
        {
            page.Append($"### {program.Name}: what has a counterpart\n\n| {program.Name} | here | |\n|---|---|---|\n");
            foreach (var key in program.Keys.Where(key => key.Ours is not null)) page.Append($"| `{key.Name}` | {string.Join(", ", key.Ours!.Split(", ").Select(one => $"`{one}`"))} | {Cell(key.About)} |\n");
            page.Append($"\n### {program.Name}: what has none\n\n| why | {program.Name} |\n|---|---|\n");
            foreach (var group in program.Keys.Where(key => key.Ours is null).GroupBy(key => key.About)) page.Append($"| {Cell(group.Key)} | {string.Join(", ", group.Select(key => $"`{key.Name}`"))} |\n");
            page.Append('\n');
        }

        return page.ToString();
    }

    private static string Cell(string text) => text.Replace("|", "\\|", StringComparison.Ordinal);
}
