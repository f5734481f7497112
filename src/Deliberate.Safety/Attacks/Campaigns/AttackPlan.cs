using System.Globalization;
using Deliberate.Evaluation;

namespace Deliberate.Safety;

/// <summary>What a campaign is asked to do.</summary>
internal sealed record AttackPlan
{
    public required IReadOnlyList<string> Models { get; init; }

    /// <summary>The set of goals: <see cref="AttackGoals"/>.</summary>
    public required string Goals { get; init; }

    /// <summary>Names of attacks, chains, groups.</summary>
    public required IReadOnlyList<string> Attacks { get; init; }

    /// <summary>Whether the attacks are held against the same goals asked plainly, with the same budget.</summary>
    public bool HasControl { get; init; } = true;

    /// <summary>Queries of the target, an attack and goal.</summary>
    public int Budget { get; init; } = 10;

    /// <summary>Steps of attacks on weights.</summary>
    public int Steps { get; init; } = 100;

    /// <summary>The judging model; null for the oracle or the classifier.</summary>
    public string? Judge { get; init; }

    /// <summary>What a judging model is asked.</summary>
    public string Rubric { get; init; } = "strongreject";

    /// <summary>The model that plans; null for nobody.</summary>
    public string? Attacker { get; init; }

    public string? DataFolder { get; init; }

    /// <summary>Goals; null for all.</summary>
    public int? Limit { get; init; }

    /// <summary>Queries for making a success smaller; 0 to keep it as it was.</summary>
    public int Minimise { get; init; } = 20;

    public RunSettings Settings { get; init; } = new();

    public IReadOnlyList<string> Requirements { get; init; } = [];

    /// <summary>The names of attacks as they are asked for: one text may hold several.</summary>
    public IReadOnlyList<string> AttackNames => [.. Attacks.SelectMany(a => a.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries))];

    /// <summary>As the folder of an evaluation keeps it.</summary>
    public EvaluationRequest ToRequest(string task) => new()
    {
        Tasks = [task],
        Models = Models,
        Judge = Judge,
        DataFolder = DataFolder,
        Settings = Settings,
        Requirements = Requirements,
        Arguments = new SortedDictionary<string, string>(StringComparer.Ordinal)
        {
            ["goals"] = Goals,
            ["attacks"] = string.Join(',', AttackNames),
            ["budget"] = Budget.ToString(CultureInfo.InvariantCulture),
            ["attacker"] = Attacker ?? "",
            ["control"] = HasControl ? "direct" : "",
        },
    };
}
