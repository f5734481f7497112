using System.ComponentModel.DataAnnotations;
using Deliberate.Core;

namespace Deliberate.Models;

/// <summary>
/// Speculative decoding for a request that is alone: tokens are guessed and read in one pass, and those that the model would have drawn are
/// kept. The text is the same, bit for bit, with it and without; how much faster it comes depends on how well the text can be guessed.
/// </summary>
public sealed record Speculation
{
    /// <summary>Tokens guessed at once. Default 6.</summary>
    [Range(1, 32)]
    public int Tokens { get; init; } = 6;

    /// <summary>
    /// A smaller model of the same tokenizer to guess with, both on all cores; it must outlive whoever uses it. Null for what stood before
    /// in prompt and text, which costs nothing and helps where answers repeat it (editing, extracting, code).
    /// </summary>
    public TextModel? Draft { get; init; }

    /// <summary>Who guesses for a model; null where nobody is to.</summary>
    /// <exception cref="UserError">The draft model's tokens are others.</exception>
    internal static IDrafter? DrafterOf(Speculation? speculation, LanguageModel model, Tokenizer tokenizer, int positions)
    {
        if (speculation is null) return null;
        if (speculation.Tokens is < 1 or > 32) throw new UserError($"must be from 1 to 32, not {speculation.Tokens}.", field: "speculation");
        if (speculation.Draft is not { } draft) return new LookupDrafter();
        if (draft.Weights.Configuration.VocabularySize != model.Configuration.VocabularySize || !draft.Tokenizer.ToJson().AsSpan().SequenceEqual(tokenizer.ToJson()))
            throw new UserError("the draft model has another tokenizer: its tokens mean nothing to the model.", draft.Location, field: "speculation", advice: "Take a smaller model of the same family.");
        if (draft.Weights.Device != model.Device) throw new UserError("the draft model is on another number of threads.", draft.Location, field: "speculation", advice: "Leave the number of threads to both.");
        return new ModelDrafter(draft.Weights, positions);
    }
}
