namespace Deliberate.Safety;

/// <summary>
/// Where a category stands in a state: the highest level that is shown, and the highest that is not ruled out. The two differ where
/// evidence cannot tell.
/// </summary>
/// <param name="Category">Which.</param>
/// <param name="State">Of the model.</param>
/// <param name="Shown">Rank of the highest level that an indicator, or a precautionary classification, shows.</param>
/// <param name="Possible">Rank of the highest level that is not ruled out.</param>
/// <param name="DecidedBy">The test, or the act, that it rests on; empty where nothing shows more than the lowest level.</param>
/// <param name="OpenBecause">The test that keeps <paramref name="Possible"/> above <paramref name="Shown"/>; empty where they are the same.</param>
internal sealed record CategoryLevel(string Category, ModelState State, int Shown, int Possible, string DecidedBy, string OpenBecause)
{
    /// <summary>The act by which the level is taken as given; null where it was measured.</summary>
    public SignedRecord? Precaution { get; init; }

    /// <summary>The highest level that evidence of this state comes near, and the test that does; 0 where none does.</summary>
    public (int Rank, string Test) Near { get; init; } = (0, "");

    /// <summary>
    /// From the readings of a category's indicators. Levels are climbed from below: a level is ruled out, and those above it with it,
    /// where it has indicators and all of them are below; one that is met, or that comes near, counts wherever it stands.
    /// </summary>
    public static CategoryLevel Of(PreparednessPolicy policy, string category, ModelState state, IEnumerable<IndicatorReading> readings)
    {
        var own = readings.Where(r => r.State == state && r.Test is PolicyIndicator indicator && indicator.Category == category).ToLookup(r => policy.Rank(((PolicyIndicator)r.Test).Level));
        var (shown, possible, decided, open) = (0, 0, "", "");
        for (var rank = policy.Levels.Count - 1; rank > 0 && shown == 0; rank--)
        {
            if (own[rank].FirstOrDefault(r => r.Finding == TestFinding.Met) is not { } met) continue;
            (shown, possible, decided) = (rank, rank, met.Test.Id);
        }

        for (var rank = shown + 1; rank < policy.Levels.Count; rank++)
        {
            var at = own[rank].ToArray();
            if (at.Length > 0 && at.All(r => r.Finding == TestFinding.Below)) break;
            possible = rank;
            open = at.FirstOrDefault(r => r.Finding is not (TestFinding.Below or TestFinding.Met))?.Test.Id ?? open;
        }

        // Evidence that comes near a level speaks for itself, whatever a lower one says.
        var near = (Rank: 0, Test: "");
        for (var rank = policy.Levels.Count - 1; rank > 0 && near.Rank == 0; rank--)
            if (own[rank].FirstOrDefault(r => r.Finding == TestFinding.Approaching) is { } found) near = (rank, found.Test.Id);
        if (near.Rank > possible) (possible, open) = near;

        // A category without indicators in this state says nothing of it.
        return new CategoryLevel(category, state, shown, possible, decided, possible > shown ? open.Length > 0 ? open : "nothing is measured in this state" : "") { Near = near };
    }

    /// <summary>The same under a precautionary classification: a level that is taken as given, or that of before the mitigations.</summary>
    public CategoryLevel Under(SignedRecord act, PreparednessPolicy policy, CategoryLevel? pre)
    {
        if (act.Text("equal_to") == "pre" && pre is not null)
        {
            // Mitigations take nothing away from what was possible before; they add nothing either. What was not told is taken to be as it was
            // then; what was measured since and comes near a level was told.
            var shown = Math.Max(Shown, pre.Shown);
            var (possible, open) = Near.Rank > pre.Possible ? Near : (pre.Possible, pre.OpenBecause);
            return this with { Shown = shown, Possible = Math.Max(shown, possible), DecidedBy = $"precaution: as before the mitigations ({Name(act)})", OpenBecause = possible > shown ? open : "", Precaution = act };
        }

        var level = policy.Rank(act.Text("level"));
        return level <= Shown ? this : this with { Shown = level, Possible = Math.Max(level, Possible), DecidedBy = $"precaution ({Name(act)})", OpenBecause = Possible > level ? OpenBecause : "", Precaution = act };
    }

    private static string Name(SignedRecord act) => $"{act.Role}, {act.At.UtcDateTime.ToString("yyyy-MM-dd", System.Globalization.CultureInfo.InvariantCulture)}";
}
