"""What a person meets in the browser: chat, simulate and explore, on Streamlit."""
