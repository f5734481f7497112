namespace Deliberate.Models;

/// <summary>What a head's numbers are of.</summary>
internal enum HeadUnit
{
    /// <summary>Every token of a sequence: a critic, a reward of steps. Hugging Face's <c>*ForTokenClassification</c>.</summary>
    Token,

    /// <summary>A sequence, at its last token: a reward of outcomes, a classifier. Hugging Face's <c>*ForSequenceClassification</c>.</summary>
    LastToken,
}

/// <summary>
/// A head in place of the language model's: some numbers for each token or for a sequence, <c>y = x·Wᵀ (+ b)</c> of the last hidden states.
/// Its weights are <c>score.weight</c> [outputs, hidden] and, of a head of tokens, <c>score.bias</c> [outputs], as transformers names them.
/// One that reads the model's surprise has that many columns more (<see cref="SurpriseFeatures"/>), so that whoever does not know of them
/// refuses it by the shape.
/// </summary>
/// <param name="Unit">What they are of.</param>
/// <param name="Outputs">How many.</param>
/// <param name="ReadsSurprise">Whether it reads, beside the hidden state, how likely the language model that it stands on took the tokens to be.</param>
internal sealed record OutputHead(HeadUnit Unit, int Outputs, bool ReadsSurprise = false)
{
    public const string WeightName = "score.weight", BiasName = "score.bias";

    /// <summary>Transformers gives the one a bias and the other none.</summary>
    public bool HasBias => Unit == HeadUnit.Token;

    /// <summary>Columns of its matrix, over a model of this width.</summary>
    public int Inputs(int hidden) => hidden + (ReadsSurprise ? SurpriseFeatures.Count : 0);

    private const string TokenSuffix = "ForTokenClassification", SequenceSuffix = "ForSequenceClassification";

    /// <summary>What a class of transformers has in place of the language model's head; null where it has none.</summary>
    public static HeadUnit? UnitOf(string className) =>
        className.EndsWith(TokenSuffix, StringComparison.Ordinal) ? HeadUnit.Token : className.EndsWith(SequenceSuffix, StringComparison.Ordinal) ? HeadUnit.LastToken : null;

    /// <summary>The class of the language model that a class with a head is made of.</summary>
    public static string LanguageModelOf(string className) =>
        className.Replace(TokenSuffix, "ForCausalLM", StringComparison.Ordinal).Replace(SequenceSuffix, "ForCausalLM", StringComparison.Ordinal);

    /// <summary>The class that transformers loads such a model with.</summary>
    public string ClassName(string languageModel) => languageModel.Replace("ForCausalLM", Unit == HeadUnit.Token ? TokenSuffix : SequenceSuffix, StringComparison.Ordinal);
}
