namespace Deliberate.Models;

/// <summary>Where a part of a model was read from.</summary>
/// <param name="File">The file's path.</param>
/// <param name="Key">The field or metadata key inside it; null where the whole file is meant.</param>
internal sealed record Origin(string File, string? Key = null)
{
    public override string ToString() => Key is null ? File : $"{File}: {Key}";
}

/// <summary>Where each part of a model was read from; null for what it does not have.</summary>
internal sealed record ModelOrigins(Origin Configuration, Origin Weights, Origin Tokenizer, Origin? ChatTemplate, Origin? Generation, Origin? Licence);
