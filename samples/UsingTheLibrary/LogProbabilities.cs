using Deliberate.Models;
using Deliberate.Tensors;

namespace UsingTheLibrary;

public static class LogProbabilities
{
    /// <summary>Which of several texts the model finds most likely, by nats a token.</summary>
    public static string Likeliest(string folder, params IReadOnlyList<string> texts)
    {
        using var model = TextModel.Open(folder, WeightStorage.BF16);
        return texts.MaxBy(text =>
        {
            var known = model.Score(text).Where(token => token.LogProbability is not null).ToArray();
            foreach (var token in known) Console.WriteLine($"{token.LogProbability:0.000}  {token.Text}");
            return known.Average(token => token.LogProbability);
        })!;
    }
}
