namespace Deliberate.Models;

/// <summary>
/// How many parameters a configuration implies, and where they are. Embedding: the rows of the vocabulary. Head: the output
/// matrix, 0 where it is the embedding. Layer: of one decoder layer, all alike.
/// </summary>
internal sealed record ParameterCounts(long Total, long Embedding, long Layer, long Head, long FinalNorm)
{
    public static ParameterCounts Of(ModelConfiguration configuration)
    {
        long total = 0, embedding = 0, layer = 0, head = 0, norm = 0;
        foreach (var parameter in ParameterNames.Of(configuration))
        {
            var count = new TensorInfo(parameter.Name, StoredType.F32, parameter.Shape).Count;
            total += count;
            if (parameter.Name.StartsWith("model.embed_tokens.", StringComparison.Ordinal)) embedding += count;
            else if (parameter.Name.StartsWith("model.layers.0.", StringComparison.Ordinal)) layer += count;
            else if (parameter.Name.StartsWith("lm_head.", StringComparison.Ordinal)) head += count;
            else if (!parameter.Name.StartsWith("model.layers.", StringComparison.Ordinal)) norm += count;
        }

        return new ParameterCounts(total, embedding, layer, head, norm);
    }
}
