using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace Deliberate.Server;

/// <summary>What was judged of one step.</summary>
internal sealed record DraftStep
{
    /// <summary>Of each candidate: -1, 0, 1; null where it was not rated.</summary>
    public IReadOnlyList<int?> Ratings { get; init; } = [];

    /// <summary>Of each candidate: whether nobody could tell.</summary>
    public IReadOnlyList<bool> Flags { get; init; } = [];

    /// <summary>Phase 1: what the labeller wrote.</summary>
    public string? Written { get; init; }

    /// <summary>Phase 1: the candidate that is gone on with; what was written where it is null and something was.</summary>
    public int? Chosen { get; init; }

    /// <summary>Phase 1: the number of the alternatives that a model wrote and the labeller had before them; null where they were prepared, or none came in time.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public long? Alternatives { get; init; }

    /// <summary>Spent on the step.</summary>
    public long Milliseconds { get; init; }

    [JsonIgnore]
    public bool IsEnded => Chosen is not null || Written is not null;

    public bool Judged(int candidate) => (candidate < Ratings.Count && Ratings[candidate] is not null) || Flagged(candidate);

    public bool Flagged(int candidate) => candidate < Flags.Count && Flags[candidate];

    public int? Rating(int candidate) => candidate < Ratings.Count ? Ratings[candidate] : null;
}

/// <summary>Phase 2: what was said of the first mistake, beside the ratings.</summary>
internal sealed record DraftMistake
{
    /// <summary>How far the solution had come: 0 nowhere, 1 some way, 2 nearly there.</summary>
    public int? Progress { get; init; }

    /// <summary>Of each explanation: -1, 0, 1.</summary>
    public IReadOnlyList<int?> Explanations { get; init; } = [];

    /// <summary>The labeller's own, where none is good.</summary>
    public string? Written { get; init; }
}

/// <summary>What was judged so far.</summary>
internal sealed record Draft
{
    private static readonly JsonSerializerOptions Options = new() { PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    public static Draft Empty { get; } = new();

    public IReadOnlyList<DraftStep> Steps { get; init; } = [];

    public DraftMistake Mistake { get; init; } = new();

    /// <summary>A pair: 0 the first answer as it stands in the item, 1 the second, -1 neither.</summary>
    public int? Preferred { get; init; }

    /// <summary>To be rated: 1 to 5.</summary>
    public int? Rating { get; init; }

    public static Draft Read(string json) => json.Length == 0 ? Empty : JsonSerializer.Deserialize<Draft>(json, Options) ?? Empty;

    public string ToJson() => JsonSerializer.Serialize(this, Options);

    public DraftStep Step(int index) => index < Steps.Count ? Steps[index] : new DraftStep();

    /// <summary>With one step judged anew; those before it that were passed over stay without a judgement.</summary>
    public Draft With(int index, DraftStep step)
    {
        var steps = Steps.ToList();
        while (steps.Count <= index) steps.Add(new DraftStep());
        steps[index] = step;
        return this with { Steps = steps };
    }

    /// <summary>Without anything behind a step: in phase 1 it stood behind another choice.</summary>
    public Draft CutAfter(int index) => this with { Steps = [.. Steps.Take(index + 1)] };
}

/// <summary>A judgement, as the page sends it: of one step, of the mistake, of the pair or of the answer, each as a whole.</summary>
internal sealed record DraftChange
{
    /// <summary>Of the assignment that the page knows.</summary>
    public int Revision { get; init; }

    public int? Index { get; init; }

    public DraftStep? Step { get; init; }

    public DraftMistake? Mistake { get; init; }

    /// <summary>As the page shows them: 0 the left one.</summary>
    public int? Preferred { get; init; }

    /// <summary>To be rated: 1 to 5.</summary>
    public int? Rating { get; init; }

    /// <summary>A word for the trail.</summary>
    public string Cause { get; init; } = "rate";

    /// <summary>Since the last one.</summary>
    public long Milliseconds { get; init; }
}
