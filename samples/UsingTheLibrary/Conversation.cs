using Deliberate.Models;

namespace UsingTheLibrary;

public static class Conversation
{
    public static void Hold(TextModel model, TextReader questions)
    {
        using var chat = model.StartChat(new ChatOptions { Context = Math.Min(2048, model.Context), MaxTokens = 200, Sampling = model.SuggestedSampling });
        chat.System = "Answer briefly.";
        while (questions.ReadLine() is { } question)
        {
            var answer = chat.Ask(question, piece => Console.Write(piece.IsThinking ? "" : piece.Text));
            Console.WriteLine($" [{answer.End}, {answer.ThinkingTokens} tokens of thought]");
        }
    }
}
