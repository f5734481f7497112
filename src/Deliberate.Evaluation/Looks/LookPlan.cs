using System.Text.Json;
using Deliberate.Core;

namespace Deliberate.Evaluation;

/// <summary>A look at the data that was taken.</summary>
/// <param name="Items">Items that both models had been measured on.</param>
/// <param name="Information">Their share of the plan's.</param>
/// <param name="Critical">|z| of the boundary there.</param>
/// <param name="Value">The difference, second less first.</param>
/// <param name="Low">Of its interval, as wide as all looks together need it; null where there is none.</param>
/// <param name="High">Its other end.</param>
/// <param name="Finding">larger, smaller, or not_told_apart.</param>
/// <param name="From">Hash of the first model's log.</param>
/// <param name="To">Of the second's.</param>
internal sealed record RecordedLook(int Items, double Information, double Critical, double Value, double? Low, double? High, string Finding, string From, string To);

/// <summary>
/// A comparison that may be looked at before all of its data is in, as a file: what was decided beforehand, and every look that was taken.
/// The boundary of a look depends on those before it, so none may be left out, taken twice or taken after the question was decided.
/// </summary>
internal sealed record LookPlan
{
    public const int CurrentVersion = 1;

    private static readonly JsonSerializerOptions s_json = new() { PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower, WriteIndented = true, Converters = { new System.Text.Json.Serialization.JsonStringEnumConverter(JsonNamingPolicy.SnakeCaseLower) } };

    public int FormatVersion { get; init; } = CurrentVersion;

    /// <summary>Two-sided, of all looks together.</summary>
    public required double Alpha { get; init; }

    public required SpendingFunction Spending { get; init; }

    /// <summary>That the comparison was planned with.</summary>
    public required int Items { get; init; }

    /// <summary>In the order in which they were taken.</summary>
    public IReadOnlyList<RecordedLook> Looks { get; init; } = [];

    /// <summary>Whether a look found the two apart, or all items are in.</summary>
    public bool IsDecided => Looks.Count > 0 && (Looks[^1].Finding != "not_told_apart" || Looks[^1].Information >= 1);

    /// <summary>The plan with one more look.</summary>
    /// <param name="difference">Second less first on the items that both have, with its usual interval.</param>
    /// <param name="from">Hash of the first's log.</param>
    /// <param name="to">Hash of the second's.</param>
    /// <param name="seen">The difference with the interval that all looks together need.</param>
    /// <exception cref="UserError">This look may not be taken.</exception>
    public LookPlan Look(Estimate difference, string from, string to, out Estimate seen)
    {
        if (IsDecided) throw new UserError($"The question was decided at look {Looks.Count}: a further look would err more often than was planned.", advice: "A new question takes a new plan, and new items.");
        var information = Math.Min(1, (double)difference.N / Items);
        if (Looks.Count > 0 && information <= Looks[^1].Information) throw new UserError(FormattableString.Invariant($"There are {difference.N} items of both, no more than the {Looks[^1].Items} of the look before."), advice: "A look is taken once there is more data.");
        if (difference.N == 0 || !difference.IsMeasured) throw new UserError("The two logs have no measured item in common.");
        var boundary = GroupSequential.Plan([.. Looks.Select(l => l.Information), information], Alpha, Spending)[^1];
        seen = GroupSequential.At(difference, boundary);
        var found = JsonNamingPolicy.SnakeCaseLower.ConvertName(seen.Finding.ToString());
        return this with { Looks = [.. Looks, new RecordedLook(difference.N, information, boundary.Critical, seen.Value, seen.HasInterval ? seen.Low : null, seen.HasInterval ? seen.High : null, found, from, to)] };
    }

    public void Write(string path) => AtomicFile.WriteJson(path, this, s_json);

    /// <exception cref="UserError">It is no plan.</exception>
    public static LookPlan Read(string path)
    {
        LookPlan? plan;
        try
        {
            if (!File.Exists(path)) throw new UserError("There is no such plan.", path, advice: "deliberate eval plan --looks N --save FILE makes one.");
            plan = JsonSerializer.Deserialize<LookPlan>(File.ReadAllBytes(path), s_json);
        }
        catch (JsonException error)
        {
            throw new UserError($"This is no plan of looks: {error.Message}", path, inner: error);
        }
        catch (Exception error) when (Disk.IsRefusal(error))
        {
            throw Disk.CannotRead(path, error);
        }

        if (plan is null || plan.Items < 2 || plan.Alpha is not (> 0 and < 1)) throw new UserError("This is no plan of looks.", path);
        if (plan.FormatVersion > CurrentVersion) throw new UserError($"The plan is of format {plan.FormatVersion}, and this program reads up to {CurrentVersion}.", path, advice: "Use a newer version of deliberate.");
        return plan;
    }
}
