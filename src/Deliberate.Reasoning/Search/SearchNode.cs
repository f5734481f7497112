using System.Globalization;

namespace Deliberate.Reasoning;

/// <summary>
/// A step of a solution in a search, and through its parents all steps before it. The root stands for the problem. Nodes are ordered by
/// their ids, the places of the proposals on the way to them; every tie goes to the smaller id.
/// </summary>
internal sealed class SearchNode : IComparable<SearchNode>, IEquatable<SearchNode>
{
    private readonly List<SearchNode> _children = [];

    private SearchNode(SearchNode? parent, int index, SearchStep step)
    {
        (Parent, Index, Step) = (parent, index, step);
        Depth = parent is null ? 0 : parent.Depth + 1;
        PathTokens = (parent?.PathTokens ?? 0) + step.Tokens.Length;
    }

    /// <summary>Null of the root.</summary>
    public SearchNode? Parent { get; }

    /// <summary>Its place among the proposals of its parent.</summary>
    public int Index { get; }

    public SearchStep Step { get; }

    /// <summary>Steps from the root.</summary>
    public int Depth { get; }

    /// <summary>Tokens of all steps from the root.</summary>
    public int PathTokens { get; }

    /// <summary>The proposals for the next step, in the order in which they were drawn.</summary>
    public IReadOnlyList<SearchNode> Children => _children;

    /// <summary>Whether nothing comes after it.</summary>
    public bool IsEnd { get; private set; }

    /// <summary>What the finished solution answers; null where it does not, or is cut off.</summary>
    public string? Answer { get; private set; }

    /// <summary>The probability that the step is right, as the scorer has it; NaN until it was asked.</summary>
    public double Score { get; set; } = double.NaN;

    /// <summary>The policy's share of this proposal.</summary>
    public double Prior { get; init; } = 1;

    /// <summary>Visits of a tree search, and the values that they found.</summary>
    public int Visits { get; set; }

    public double TotalValue { get; set; }

    public double MeanValue => Visits == 0 ? 0 : TotalValue / Visits;

    /// <summary>The steps from the first to this one.</summary>
    public IReadOnlyList<SearchNode> Path
    {
        get
        {
            var path = new SearchNode[Depth];
            var node = this;
            for (var i = Depth - 1; i >= 0; i--, node = node.Parent!) path[i] = node;
            return path;
        }
    }

    /// <summary>The solution as far as it goes.</summary>
    public string Text => string.Concat(Path.Select(n => n.Step.Text));

    /// <summary>As 0.2.1, the root being 0.</summary>
    public string Id => Parent is null ? "0" : string.Create(CultureInfo.InvariantCulture, $"{Parent.Id}.{Index}");

    public static SearchNode Root() => new(null, 0, SearchStep.None);

    /// <summary>A further proposal.</summary>
    public SearchNode Add(SearchStep step, double prior = 1)
    {
        var child = new SearchNode(this, _children.Count, step) { Prior = prior };
        _children.Add(child);
        return child;
    }

    /// <summary>A step that is looked at and not proposed: what a lookahead comes to.</summary>
    public SearchNode Ahead(SearchStep step) => new(this, 0, step);

    public void End(string? answer) => (IsEnd, Answer) = (true, answer);

    /// <summary>The value of the path to it; 1 of the root.</summary>
    public double Value(StepAggregation aggregation)
    {
        if (Parent is null) return 1;
        var scores = new double[Depth];
        var node = this;
        for (var i = Depth - 1; i >= 0; i--, node = node.Parent!) scores[i] = node.Score;
        return aggregation.Of(scores);
    }

    public bool Equals(SearchNode? other) => ReferenceEquals(this, other);

    public override bool Equals(object? obj) => ReferenceEquals(this, obj);

    public override int GetHashCode() => System.Runtime.CompilerServices.RuntimeHelpers.GetHashCode(this);

    /// <summary>By ids.</summary>
    public int CompareTo(SearchNode? other)
    {
        if (other is null) return 1;
        var (a, b) = (this, other);
        while (a.Depth > b.Depth) a = a.Parent!;
        while (b.Depth > a.Depth) b = b.Parent!;
        var order = 0;
        for (; !ReferenceEquals(a, b); a = a.Parent!, b = b.Parent!) order = a.Index.CompareTo(b.Index);
        return order != 0 ? order : Depth.CompareTo(other.Depth);
    }
}

/// <summary>The text and tokens of a step, the token that ends it included.</summary>
internal sealed record SearchStep(string Text, int[] Tokens)
{
    public static SearchStep None { get; } = new("", []);
}
