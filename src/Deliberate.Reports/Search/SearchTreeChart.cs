using System.Globalization;
using Deliberate.Core;
using Deliberate.Reasoning;

namespace Deliberate.Reports;

/// <summary>
/// A search drawn as its tree, steps from left to right: what was proposed and dropped grey, what was kept blue, the chosen solution green,
/// the fuller the higher its score. Of wide trees the first proposals of each level are drawn, and it says so.
/// </summary>
internal sealed record SearchTreeChart(string Title, SearchTree Tree) : IChart
{
    /// <summary>Nodes of a level that are drawn.</summary>
    private const int MostInLevel = 48;

    public string Describe()
    {
        var kept = Tree.Rounds.Sum(r => r.Kept.Count);
        return string.Create(CultureInfo.InvariantCulture, $"A tree of {SearchTrace.Nodes(Tree.Root).Count()} proposed steps in {Levels().Count} levels, {kept} kept; {(Tree.Selected is null ? "no solution was chosen" : $"the chosen solution has {Tree.Selected.Depth} steps")}.");
    }

    public string Render(ChartSize size)
    {
        const double Top = 34, Side = 16;
        var svg = new SvgBuilder().Open(size, Title, Describe());
        svg.Text("panel-title", 0, 16, Title);
        var levels = Levels();
        if (levels.Count == 0) return svg.Text("note", size.Width / 2, size.Height / 2, "nothing was proposed", "middle").Close();
        var kept = Tree.Rounds.SelectMany(r => r.Kept).ToHashSet();
        HashSet<SearchNode> chosen = [.. Tree.Selected?.Path ?? []];
        var places = new Dictionary<SearchNode, (double X, double Y)> { [Tree.Root] = (Side, (Top + size.Height) / 2) };
        var across = (size.Width - (2 * Side)) / levels.Count;
        for (var level = 0; level < levels.Count; level++)
        {
            var shown = Math.Min(levels[level].Count, MostInLevel);
            for (var i = 0; i < shown; i++) places[levels[level][i]] = (Side + ((level + 1) * across), Top + ((i + 0.5) / shown * (size.Height - Top - 20)));
        }

        foreach (var (node, at) in places)
        {
            if (node.Parent is null || !places.TryGetValue(node.Parent, out var from)) continue;
            var middle = SvgBuilder.Number((from.X + at.X) / 2);
            svg.Group(Tone(node)).Path("leader", $"M{SvgBuilder.Number(from.X)} {SvgBuilder.Number(from.Y)}C{middle} {SvgBuilder.Number(from.Y)} {middle} {SvgBuilder.Number(at.Y)} {SvgBuilder.Number(at.X)} {SvgBuilder.Number(at.Y)}").EndGroup();
        }

        foreach (var (node, at) in places)
        {
            var size1 = node.Parent is null ? 4 : 2.5 + (3 * (double.IsFinite(node.Score) ? Math.Clamp(node.Score, 0, 1) : 0.5));
            svg.Group(Tone(node)).Path("mark", SeriesMark.Shape(ChartTone.Blue, at.X, at.Y, size1), hint: Hint(node)).EndGroup();
        }

        var most = levels.Max(l => l.Count);
        if (most > MostInLevel) svg.Text("note", Side, size.Height - 4, string.Create(CultureInfo.InvariantCulture, $"of {most} proposals in the widest level the first {MostInLevel} are drawn"));
        return svg.Close();

        ChartTone Tone(SearchNode node) => node.Parent is null || chosen.Contains(node) ? ChartTone.Green : kept.Contains(node) ? ChartTone.Blue : ChartTone.Slate;
    }

    private List<List<SearchNode>> Levels()
    {
        var levels = new List<List<SearchNode>>();
        foreach (var node in SearchTrace.Nodes(Tree.Root))
        {
            while (levels.Count < node.Depth) levels.Add([]);
            levels[node.Depth - 1].Add(node);
        }

        // What was kept and chosen is drawn whatever else there is.
        HashSet<SearchNode> first = [.. Tree.Selected?.Path ?? [], .. Tree.Rounds.SelectMany(r => r.Kept)];
        return [.. levels.Select(l => l.Count <= MostInLevel ? l : [.. l.OrderByDescending(first.Contains)])];
    }

    private static string Hint(SearchNode node) => node.Parent is null ? "the problem" : string.Create(CultureInfo.InvariantCulture, $"{node.Id}: {node.Step.Text.Trim()} ({(double.IsFinite(node.Score) ? node.Score.ToString("0.000", CultureInfo.InvariantCulture) : "not scored")}{(node.Visits > 0 ? $", {node.Visits} visits" : "")})");
}
