using System.ComponentModel;
using System.Globalization;
using System.Text.Json.Serialization;
using Deliberate.Core;

namespace Deliberate.Training;

/// <summary>Whether a reward depends on the answer being right.</summary>
internal enum CorrectnessLink
{
    /// <summary>Whatever is written can earn it.</summary>
    None,

    /// <summary>A right answer earns more.</summary>
    Answer,

    /// <summary>That is for the verifier of the user's to say.</summary>
    Verifier,
}

/// <summary>
/// A term of the reward: a recipe's <c>reinforcement.rewards</c> is a list of them, and a sample earns the sum of weight times value.
/// To add a kind, copy the nearest file beside this one and add its line to <see cref="RewardKinds"/>.
/// </summary>
[RewardKindList]
internal abstract record RewardRecipe : ICheckedRecipe
{
    [Description("What samples, metrics and reports call it; its kind, or its component, if left out.")]
    public string? Name { get; init; }

    [Description("Times its value in the reward; 0 keeps its value with the samples and pays nothing.")]
    public double Weight { get; init; } = 1;

    /// <summary>What records call it.</summary>
    [JsonIgnore]
    public string Term => Name ?? DefaultName;

    /// <summary>Whether it depends on the answer being right.</summary>
    [JsonIgnore]
    public virtual CorrectnessLink Correctness => CorrectnessLink.None;

    /// <summary>The least and the most that the value is, or usually is.</summary>
    [JsonIgnore]
    public abstract (double Low, double High) Range { get; }

    /// <summary>Whether it only ever takes away.</summary>
    [JsonIgnore]
    public bool Punishes => Math.Max(Weight * Range.Low, Weight * Range.High) <= 0 && Weight != 0;

    [JsonIgnore]
    protected virtual string DefaultName => RewardKinds.NameOf(this);

    /// <summary>Its value for each sample of a problem; NaN where it has none, which pays nothing.</summary>
    /// <param name="group">With scores; NaN stands for one that is not settled yet.</param>
    /// <param name="maxTokens">Budget of a completion.</param>
    /// <param name="values">Out [samples].</param>
    public abstract void Values(RolloutGroup group, int maxTokens, Span<double> values);

    /// <summary>What it is about, in a word or two: rewarded for this, or punished for it.</summary>
    [JsonIgnore]
    public abstract string About { get; }

    /// <summary>What it pays for, in words, its weight included.</summary>
    public abstract string Says(int maxTokens);

    /// <summary>What it makes of length, in words; null where nothing.</summary>
    public virtual string? SaysOfLength(int maxTokens) => null;

    /// <summary>What cannot be done with a budget; null where it can.</summary>
    public virtual (string Key, string Problem)? ProblemWith(int maxTokens) => null;

    IEnumerable<(string Key, string Problem)> ICheckedRecipe.Problems() => Problems();

    protected virtual IEnumerable<(string Key, string Problem)> Problems()
    {
        if (Correctness == CorrectnessLink.Answer && Weight < 0) yield return ("weight", "A negative weight would pay for wrong answers.");
        if (Name is not null && RewardNames.ProblemWith(Name) is { } problem) yield return ("name", problem);
    }

    protected static string Number(double value) => value.ToString("0.######", CultureInfo.InvariantCulture).Replace('-', '−');

    /// <summary>Tokens of a completion as length rewards count them: all that were drawn, the end token too (TRL, verl).</summary>
    protected static int Length(RolloutGroup group, int sample) => group.Rollouts[sample].Tokens.Length;
}
