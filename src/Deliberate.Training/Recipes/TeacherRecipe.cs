using System.ComponentModel;

namespace Deliberate.Training;

/// <summary>A model to learn from: expert iteration imitates its samples or learns its distributions, the advantages of <c>reverse_kl</c> compare with it token by token.</summary>
internal sealed record TeacherRecipe
{
    [Description("A checkpoint of another run, a Hugging Face folder or a .gguf file, with the tokenizer of the model that learns.")]
    public required string From { get; init; }
}

/// <summary>Whose completions a round of expert iteration draws.</summary>
internal enum ExpertSampler
{
    /// <summary>The model's own.</summary>
    Policy,

    /// <summary>The teacher's: distillation by its samples.</summary>
    Teacher,
}

/// <summary>What is learned at a token of a completion.</summary>
internal enum LabelKind
{
    /// <summary>The token: cross-entropy.</summary>
    Hard,

    /// <summary>The teacher's distribution over all tokens: KL(teacher || model).</summary>
    Soft,
}

/// <summary>Which completions a round may imitate.</summary>
internal enum KeepSamples
{
    /// <summary>Those with a right answer.</summary>
    Right,

    /// <summary>All that came to an end.</summary>
    All,
}
