using Deliberate.Jinja;
using Deliberate.Models;

namespace Deliberate.Training;

/// <summary>
/// How conversations are written for a model that has no chat template of its own: each turn on a line of its own after its role, the
/// assistant's closed by the end token, its thought between the tags of our own models. Learned with the model, kept with its checkpoints, and read by other software.
/// </summary>
internal static class PlainChat
{
    private const string Source = """
        {% for message in messages %}{% if message.role == 'assistant' %}assistant: {% generation %}{% if message.reasoning_content %}<think>{{ message.reasoning_content }}</think>{% endif %}{% if message.content is string %}{{ message.content }}{% else %}{% for part in message.content or [] %}{{ part.text }}{% endfor %}{% endif %}{{ eos_token }}{% endgeneration %}{{ '\n' }}{% else %}{{ message.role }}: {% if message.content is string %}{{ message.content }}{% else %}{% for part in message.content %}{{ part.text }}{% endfor %}{% endif %}{{ '\n' }}{% endif %}{% endfor %}{% if add_generation_prompt %}assistant: {% endif %}
        """;

    public static ChatTemplate Template { get; } = ChatTemplate.Parse(Source, "the plain chat template");
}
